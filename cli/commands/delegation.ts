/** Delegations 委托 at the counter: by what somebody acts for a holder, and the end of it. They are given on the holder's phone. */
import type { DelegationView } from '#gateway/acts/holder/delegation';
import type { Command } from '../command.js';
import { whomOf } from './device.js';
import { carryOut } from './licence.js';
import { commandOf, done, SIGNING, type Step } from './steps.js';

const lineOf = ({ id, state, role, delegate, acts, kinds, purposes, notAfter }: DelegationView): string =>
  [id, state.padEnd(8), role.padEnd(7), delegate ?? '', `until ${notAfter}`, acts.join(','), ...(kinds ? [`kinds ${kinds.join(',')}`] : []), ...(purposes ? [`for ${purposes.join(',')}`] : [])].join('  ');

const STEPS: Readonly<Record<string, Step>> = {
  list: { argument: '', words: "a holder's people and agents", run: async (invocation) => {
    const { delegations } = await invocation.client.get<{ delegations: DelegationView[] }>(`/api/delegations?${new URLSearchParams(await whomOf(invocation)).toString()}`);
    invocation.print(delegations, delegations.map(lineOf).join('\n') || 'no delegations');
  } },
  revoke: { argument: 'DELEGATION', words: 'at the counter, for the holder', run: async (invocation, id) => { done(invocation, await carryOut(invocation, { op: 'register', act: { op: 'delegation.revoke', id } })); } },
};

export const delegationCommands: Readonly<Record<string, Command>> = { delegation: commandOf({
  name: 'delegation', summary: "a holder's people and agents 委托: list, revoke", steps: STEPS,
  options: { licence: { type: 'string', value: 'LICENCE', help: 'a licence of the holder, by identifier or number' }, organisation: { type: 'string', value: 'USCC', help: 'or his code' }, ...SIGNING },
  examples: ['delegation list --organisation 91370303MA99TXT04C', 'delegation revoke DELEGATION'],
}) };

/** Grants 持证人授权: asked for, given at a counter, listed, taken back. The holder's own yes is on his phone. */
import { randomId } from '#gateway/keyring';
import type { AskedGrant } from '#gateway/acts/use/grant-request';
import type { GrantView } from '#gateway/acts/use/grant';
import type { Signable } from '#gateway/acts/licence/sign';
import { text, texts, type Command, type Invocation } from '../command.js';
import { CliError, EXIT } from '../exit.js';
import { carryOut, licenceOf, signDraft } from './licence.js';
import { commandOf, done, fieldsOf, kindsOf, needed, SIGNING, type Step } from './steps.js';

const DAY_MS = 86_400_000;

const lineOf = ({ id, state, grantee, uses, left, notAfter, assurance, details }: GrantView): string =>
  `${id}  ${state.padEnd(8)}  ${String(left)}/${String(uses)} left  until ${notAfter}  ${assurance}  ${grantee.name}${details ? `  ${details.text.zh}` : ''}`;

function wholeOf(values: Invocation['values'], name: string, meant: string): number {
  const value = Number(needed(values, name, meant));
  if (!Number.isInteger(value) || value < 1) throw new CliError(EXIT.usage, `--${name}: ${meant}`);
  return value;
}

async function ask({ client, values, print }: Invocation): Promise<void> {
  const licences = await Promise.all(fieldsOf(values, 'licence').map(async ({ name, fields }) => ({ identifier: (await licenceOf(client, name)).identifier, fields })));
  const [kinds, organisation] = [await kindsOf(client, values), text(values, 'organisation')];
  const wish = {
    ...(licences.length === 0 ? {} : { licences }), ...(kinds.length === 0 ? {} : { kinds }), ...(organisation === undefined ? {} : { organisation }), purpose: needed(values, 'purpose', 'a code of /api/purposes'),
    notAfter: new Date(Date.now() + wholeOf(values, 'days', 'for how many days') * DAY_MS).toISOString(), uses: wholeOf(values, 'uses', 'how many uses'),
  };
  const made = await client.post<AskedGrant & { code: string; link: string }>('/api/grant-requests', wish);
  print(made, `asked  ${made.grant.id}\n  for the holder's phone: ${made.link}\n  or at a counter, within an hour: ${made.code}`);
}

const STEPS: Readonly<Record<string, Step>> = {
  list: { argument: '', words: "grants to your agency; with --licence those of a holder whose licence it manages", run: async ({ client, values, print }) => {
    const [licence] = texts(values, 'licence');
    const { grants } = await client.get<{ grants: GrantView[] }>(`/api/grants${licence === undefined ? '' : `?licence=${encodeURIComponent((await licenceOf(client, licence)).identifier)}`}`);
    print(grants, grants.map(lineOf).join('\n') || 'no grants');
  } },
  ask: { argument: '', words: 'ask a holder', run: ask },
  counter: { argument: 'CODE', words: 'a holder without a phone says his one-time code: short, few uses, signed by staff', run: async (invocation, code) => {
    const seen = texts(invocation.values, 'seen');
    done(invocation, await signDraft(invocation, await invocation.client.post<Signable>('/api/grants', { requestId: randomId(), code: code.replaceAll(/\D/g, ''), seen })));
  } },
  revoke: { argument: 'GRANT', words: 'at the counter, for the holder', run: async (invocation, id) => { done(invocation, await carryOut(invocation, { op: 'register', act: { op: 'grant.revoke', id } })); } },
};

export const grantCommands: Readonly<Record<string, Command>> = { grant: commandOf({
  name: 'grant', summary: 'grants 持证人授权: list, ask, counter, revoke', steps: STEPS,
  options: {
    licence: { type: 'string', multiple: true, value: 'LICENCE=FIELD,FIELD', help: 'ask: a licence of the holder, by identifier or number, and fields of it; list: a licence' }, kind: { type: 'string', multiple: true, value: 'KIND=FIELD,FIELD', help: 'ask: all his licences of a kind' },
    organisation: { type: 'string', value: 'USCC', help: 'ask: his code, where no licence is named' }, purpose: { type: 'string', value: 'CODE', help: 'ask: what for' }, days: { type: 'string', value: 'N', help: 'ask: until when, in days from now' }, uses: { type: 'string', value: 'N', help: 'ask: how many uses' },
    seen: { type: 'string', multiple: true, value: 'WHAT', help: 'counter: ID_CARD, BUSINESS_LICENCE or POWER_OF_ATTORNEY; repeat for more' }, ...SIGNING,
  },
  examples: ['grant ask --licence JY23703038800010=number,scope --purpose CREDIT --days 30 --uses 3', 'grant counter 123456789012 --seen ID_CARD', 'grant revoke GRANT'],
}) };

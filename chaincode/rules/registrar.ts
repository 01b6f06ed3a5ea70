/** Who keeps the register, and what every entry in it must respect. */
import type { LedgerRecord } from '../facts/records.js';
import { demand } from '../facts/refusal.js';
import type { KeyUse, Moment, World } from '../world.js';
import { demandPersons, type Person } from './actors.js';

export interface RegistryContext {
  readonly world: World;
  readonly ledger: LedgerRecord;
  readonly moment: Moment;
  readonly agency: string;
  readonly persons: readonly Person[];
}

/** The registry of the whole ledger is kept by registrars of one agency; an agency's own staff and seals also by its own. */
export function demandRegistrar({ ledger, agency, persons }: RegistryContext, owner?: string): void {
  demand(agency === ledger.registrar || agency === owner, 'RIGHT_MISSING', 'agency');
  demandPersons(persons, { persons: 1, ownKey: true, roles: ['registrar', 'approver'] });
  demand(persons.some(({ roles }) => roles.includes('registrar')), 'ACTOR_ROLE', 'actors');
}

/** A registrar of the whole ledger, and one more registrar or an approver of the same agency. */
export function demandRegistrarAndSecond({ ledger, agency, persons }: RegistryContext): void {
  demand(agency === ledger.registrar, 'RIGHT_MISSING', 'agency');
  demandPersons(persons, { persons: 2, ownKey: true, roles: ['registrar', 'approver'] });
  demand(persons.some(({ roles }) => roles.includes('registrar')), 'ACTOR_ROLE', 'actors');
}

/** Keys have one registered use each (formats): a public key enters the ledger once. */
export async function claimKey(world: World, spki: string, use: KeyUse['use'], owner: string): Promise<void> {
  demand((await world.get('key', spki)) === undefined, 'KEY_ALREADY_REGISTERED', 'keys');
  world.put('key', spki, { use, owner });
}

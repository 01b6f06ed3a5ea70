/** The first transaction of a ledger: settings, the registrar agency and its administrator. Possible once. */
import type { Setup } from '../facts/commands.js';
import { parseUscc } from '../facts/holder-code.js';
import { importP256 } from '../facts/hash.js';
import { demand } from '../facts/refusal.js';
import type { Moment, World } from '../world.js';
import type { Caller } from './actors.js';

/** @throws RuleError LEDGER_ALREADY_INITIALISED, IDENTITY_NOT_OF_AGENCY, USCC_CHECK_DIGIT, COMMAND_MALFORMED */
export async function initialise(world: World, caller: Caller, _moment: Moment, setup: Setup): Promise<{ registrar: string }> {
  demand((await world.get('ledger', 'settings')) === undefined, 'LEDGER_ALREADY_INITIALISED');
  const { agency, administrator, ledger, zone, demo, origins, rpId } = setup;
  demand(parseUscc(agency.code), 'USCC_CHECK_DIGIT', 'agency');
  demand(caller.mspId === agency.mspId && caller.agency === agency.code, 'IDENTITY_NOT_OF_AGENCY', 'agency');
  demand(importP256(administrator.key.spki) && administrator.key.method === 'key-file', 'COMMAND_MALFORMED', 'administrator');
  world.put('ledger', 'settings', { ledger, zone, registrar: agency.code, demo, origins, rpId });
  world.put('agency', agency.code, { ...agency, active: true, rights: [] });
  world.put('staff', administrator.id, { id: administrator.id, agency: agency.code, person: administrator.person, roles: ['registrar'], active: true, keys: [administrator.key] });
  world.put('key', administrator.key.spki, { use: 'staff', owner: administrator.id });
  return { registrar: agency.code };
}

/** The register: agencies, kinds, staff, seals. For registrars. */
import { text, type Command } from '../command.js';
import { CliError, EXIT } from '../exit.js';
import { readJson } from '../files.js';
import { carryOut } from './licence.js';

const register: Command = {
  summary: 'write a record of the register (agency, right, staff, kind, seal status, setting) from a JSON file', usage: 'FILE [--cosign FILE]', takes: [1, 1],
  options: { cosign: { type: 'string', multiple: true, value: 'FILE', help: 'key file of a second person, where the act needs two' } },
  examples: ['register agency.json', 'register seal-restart.json --cosign second.key.json'],
  run: async (invocation) => {
    const acts = [readJson(invocation.args[0] ?? '', { zh: '一条登记记录或其数组', en: 'one record of the register, or an array of them' })].flat();
    for (const act of acts) {
      const result = await carryOut(invocation, { op: 'register', act });
      invocation.print(result, `written ${result.id ?? ''}  transaction ${result.transaction ?? ''}  block ${result.block ?? ''}`);
    }
    return EXIT.ok;
  },
};

interface Person {
  readonly staff: string;
  readonly name?: string;
  readonly displayName?: string;
  readonly agencyName: string;
}
interface Pending {
  readonly passkey: { readonly key: string; readonly registeredAt?: string };
  readonly who: Person;
  readonly act: unknown;
}

const passkeys: Command = {
  summary: 'passkeys that wait for the registrar; --approve KEY signs one onto the ledger', usage: '[--approve KEY | --reject KEY]', takes: [0, 0],
  options: { approve: { type: 'string', value: 'KEY', help: 'write this passkey into the staff record' }, reject: { type: 'string', value: 'KEY', help: 'turn this passkey down; nothing is written to the ledger' } },
  run: async (invocation) => {
    const { client, values, print } = invocation;
    const { pending } = await client.get<{ pending: Pending[] }>('/api/passkeys/pending');
    const [approved, rejected] = [text(values, 'approve'), text(values, 'reject')];
    const wanted = approved ?? rejected;
    if (approved !== undefined && rejected !== undefined) throw new CliError(EXIT.usage, '--approve or --reject, not both');
    if (wanted === undefined) {
      print(pending, pending.map(({ passkey, who }) => `${passkey.key}  ${passkey.registeredAt ?? ''}  staff ${who.staff}  ${[who.name, who.displayName, who.agencyName].filter((each) => each !== undefined).join('  ')}`).join('\n') || 'none waits');
      return EXIT.ok;
    }
    const found = pending.find(({ passkey }) => passkey.key === wanted);
    if (!found) throw new CliError(EXIT.notFound, `no passkey ${wanted} waits for you`);
    if (rejected !== undefined) {
      await client.send('DELETE', `/api/passkeys/pending/${rejected}`);
      print({ rejected }, `rejected ${rejected}`);
      return EXIT.ok;
    }
    const result = await carryOut(invocation, { op: 'register', act: found.act });
    print(result, `written ${result.id ?? ''}  transaction ${result.transaction ?? ''}`);
    return EXIT.ok;
  },
};

const signout: Command = {
  summary: "end all of a staff member's sessions at the gateway", usage: 'NAME|STAFF', takes: [1, 1], examples: ['signout clerk --key administrator.key.json'],
  run: async ({ client, args, print }) => {
    const wanted = args[0] ?? '';
    const { staff } = await client.get<{ staff: Person[] }>(`/api/staff?find=${encodeURIComponent(wanted)}`);
    const found = staff.find((person) => person.staff === wanted || person.name === wanted);
    if (!found) throw new CliError(EXIT.notFound, `${wanted} is neither a sign-in name nor a staff id whose record you keep`);
    await client.send('DELETE', `/api/staff/${found.staff}/sessions`);
    print({ staff: found.staff }, `all sessions of ${found.name ?? found.staff} have ended`);
    return EXIT.ok;
  },
};

export const registerCommands: Readonly<Record<string, Command>> = { register, passkeys, signout };

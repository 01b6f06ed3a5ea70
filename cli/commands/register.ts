/** The register: agencies, kinds, staff, seals. For registrars. */
import { readFileSync } from 'node:fs';
import { text, type Command } from '../command.js';
import { CliError, EXIT } from '../exit.js';
import { carryOut } from './licence.js';

const register: Command = {
  summary: 'write a record of the register (agency, right, staff, kind, seal status, setting) from a JSON file', usage: 'FILE [--cosign FILE]', takes: [1, 1],
  options: { cosign: { type: 'string', multiple: true, value: 'FILE', help: 'key file of a second person, where the act needs two' } },
  examples: ['register agency.json', 'register seal-restart.json --cosign second.key.json'],
  run: async (invocation) => {
    const acts = [JSON.parse(readFileSync(invocation.args[0] ?? '', 'utf8')) as unknown].flat();
    for (const act of acts) {
      const result = await carryOut(invocation, { op: 'register', act });
      invocation.print(result, `written ${result.id ?? ''}  transaction ${result.transaction ?? ''}  block ${result.block ?? ''}`);
    }
    return EXIT.ok;
  },
};

interface Pending {
  readonly passkey: { readonly key: string; readonly staff: string };
  readonly act: unknown;
}

const passkeys: Command = {
  summary: 'passkeys that wait for the registrar; --approve KEY signs one onto the ledger', usage: '[--approve KEY]', takes: [0, 0],
  options: { approve: { type: 'string', value: 'KEY', help: 'write this passkey into the staff record' } },
  run: async (invocation) => {
    const { client, values, print } = invocation;
    const { pending } = await client.get<{ pending: Pending[] }>('/api/passkeys/pending');
    const wanted = text(values, 'approve');
    if (wanted === undefined) {
      print(pending, pending.map(({ passkey }) => `${passkey.key}  staff ${passkey.staff}`).join('\n') || 'none waits');
      return EXIT.ok;
    }
    const found = pending.find(({ passkey }) => passkey.key === wanted);
    if (!found) throw new CliError(EXIT.notFound, `no passkey ${wanted} waits at your agency`);
    const result = await carryOut(invocation, { op: 'register', act: found.act });
    print(result, `written ${result.id ?? ''}  transaction ${result.transaction ?? ''}`);
    return EXIT.ok;
  },
};

export const registerCommands: Readonly<Record<string, Command>> = { register, passkeys };

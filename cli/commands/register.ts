/** The register: agencies, kinds, staff, seals. For registrars. */
import { readFileSync } from 'node:fs';
import type { Command } from '../command.js';
import { EXIT } from '../exit.js';
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

export const registerCommands: Readonly<Record<string, Command>> = { register };

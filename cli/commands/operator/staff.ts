/** A staff member: account, roles, key file. At a gateway that is stopped in its data directory, at one that runs through its door. */
import { existsSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { ROLES, type Role } from '#chaincode/facts/records';
import type { KeyFile } from '#gateway/acts/licence/sign';
import { PASSWORD_MIN } from '#gateway/identity/accounts';
import { newKeyPair, randomId, writeKeyFile } from '#gateway/keyring';
import { text, texts, type Command, type Invocation } from '../../command.js';
import { CliError, EXIT } from '../../exit.js';
import { readText } from '../../files.js';
import { carryOut } from '../licence.js';
import { asRegistrar } from './as-registrar.js';
import { DATA, need } from './data.js';

interface Made {
  readonly id: string;
  /** What the person begins with, at a gateway that runs. */
  readonly initial?: { readonly name: string; readonly password: string; readonly until: string };
}
interface Wish {
  readonly agency: string;
  readonly roles: Role[];
  readonly out?: string;
}

const keyText = (file: KeyFile): string => `${JSON.stringify(file, undefined, 2)}\n`;
const isAtWork = (error: unknown): boolean => error instanceof CliError && (error.detail as { code?: string } | undefined)?.code === 'LEDGER_LOCKED';

async function whileStopped(invocation: Invocation, { agency, roles, out }: Wish, password: string | undefined): Promise<Made> {
  const { values } = invocation;
  return asRegistrar(invocation, async (registrar, services) => {
    const made = await registrar.staff({ agency, roles, withKey: out !== undefined });
    if (password !== undefined) await services.accounts.create(need(values, 'login'), need(values, 'who'), made.id, password);
    if (out !== undefined && made.file) writeKeyFile(out, keyText(made.file));
    return { id: made.id };
  });
}

/** The entry is signed as any act; the gateway makes the password that the person begins with. */
async function whileRunning(invocation: Invocation, { agency, roles, out }: Wish): Promise<Made> {
  const { values } = invocation;
  if (text(values, 'password-file') !== undefined) throw new CliError(EXIT.usage, 'the gateway is at work and makes an initial password by itself: leave --password-file out');
  const login = text(values, 'login');
  if (login === undefined && out === undefined) throw new CliError(EXIT.usage, '--login or --out: how the person signs in');
  const account = login === undefined ? undefined : { name: login, displayName: need(values, 'who') };
  const [id, key, pair] = [randomId(), randomId(), newKeyPair()];
  // Before the ledger has its public half: an entry whose key nobody holds is never made.
  if (out !== undefined) writeKeyFile(out, keyText({ format: 'yizheng-key/1', staff: id, key, agency, privateKey: pair.privateKey }));
  try {
    await carryOut(invocation, { op: 'register', act: { op: 'staff.put', id, agency, person: randomId(), roles, active: true, keys: out === undefined ? [] : [{ id: key, method: 'key-file', alg: 'ES256', spki: pair.spki, active: true }] } });
  } catch (error) {
    if (out !== undefined && error instanceof CliError && error.exit === EXIT.refused) rmSync(out);
    throw error;
  }
  return { id, ...(account ? { initial: await invited(invocation, id, account) } : {}) };
}

async function invited({ client }: Invocation, id: string, account: { readonly name: string; readonly displayName: string }): Promise<NonNullable<Made['initial']>> {
  try {
    return await client.post<NonNullable<Made['initial']>>(`/api/staff/${id}/account`, account);
  } catch (error) {
    if (error instanceof CliError) throw new CliError(error.exit, `${error.message}\nthe entry is made: give it a sign-in with yizheng staff --sign-in ${id} --login NAME --who TEXT`, error.detail);
    throw error;
  }
}

export const staff: Command = {
  summary: 'add a staff member: account, roles, key file', usage: '--agency USCC --login NAME --who TEXT --role ROLE ... [--out FILE] | --sign-in STAFF --login NAME --who TEXT', takes: [0, 0],
  options: { ...DATA, agency: { type: 'string', value: 'USCC', help: 'agency of the person' }, login: { type: 'string', value: 'NAME', help: 'sign-in name' }, who: { type: 'string', value: 'TEXT', help: 'shown to colleagues; stays on this gateway' },
    role: { type: 'string', multiple: true, value: 'ROLE', help: ROLES.join(', ') }, 'password-file': { type: 'string', value: 'FILE', help: 'where the gateway is stopped: the initial password in its first line (12 characters or more); none: key or passkey only' }, out: { type: 'string', value: 'FILE', help: 'key file to make' },
    'sign-in': { type: 'string', value: 'STAFF', help: 'a sign-in for who is entered already, or another initial password' }, cosign: { type: 'string', multiple: true, value: 'FILE', help: 'where the gateway runs: key file of a second person' } },
  examples: ["staff --agency 113703030099999063 --login window7 --who 'Window 7' --role clerk", "staff --sign-in STAFF --login window7 --who 'Window 7'"],
  run: async (invocation) => {
    const { values, print } = invocation;
    const entered = text(values, 'sign-in');
    const made = entered === undefined ? await add(invocation) : { id: entered, initial: await invited(invocation, entered, { name: need(values, 'login'), displayName: need(values, 'who') }) };
    const out = text(values, 'out');
    const { initial } = made;
    print({ ...made, key: out }, `staff ${made.id}${out === undefined ? '' : `  key file ${out}`}${initial === undefined ? '' : `\n  ${initial.name} begins with the password ${initial.password}  until ${initial.until}, and sets another at the first sign-in`}`);
    return EXIT.ok;
  },
};

async function add(invocation: Invocation): Promise<Made> {
  const { values } = invocation;
  const roles = texts(values, 'role');
  const stranger = roles.find((role) => !ROLES.includes(role as Role));
  if (roles.length === 0 || stranger !== undefined) throw new CliError(EXIT.usage, `--role: one of ${ROLES.join(', ')}`);
  const passwordFile = text(values, 'password-file');
  const password = passwordFile === undefined ? undefined : readText(passwordFile).split('\n')[0]?.trim();
  if (password !== undefined && [...password].length < PASSWORD_MIN) throw new CliError(EXIT.refused, `PASSWORD_TOO_SHORT: ${String(PASSWORD_MIN)} characters or more`);
  const out = text(values, 'out');
  if (out !== undefined && existsSync(resolve(out))) throw new CliError(EXIT.refused, `${out} exists already; keys are not overwritten`);
  const wish = { agency: need(values, 'agency'), roles: roles as Role[], ...(out === undefined ? {} : { out: resolve(out) }) };
  return whileStopped(invocation, wish, password).catch((error: unknown) => { if (isAtWork(error)) return whileRunning(invocation, wish); throw error; });
}

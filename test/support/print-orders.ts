/** Print orders on a ledger in memory, brought to any of their states by acts that the rules allow. */
import { base64url } from '#chaincode/facts/hash';
import { pickUpCommitment, type PrintState } from '#chaincode/facts/print-order';
import { PRINT_EVENTS_MAX } from '#chaincode/rules/print-order';
import type { RefusalCode } from '#chaincode/facts/refusal';
import type { Result } from '#chaincode/rules/batch';
import { BUREAU, must, sha, type TestLedger } from './ledger.js';
import { byGateway, randomId, type Signing } from './persons.js';

export const CODE = 'ABCD2345';
export const OPENING = Buffer.alloc(32, 7);
/** Digest of the sealed PDF of every licence here. */
export const DOCUMENT = sha('sealed PDF');

export const clerk = (ledger: TestLedger): Signing[] => [byGateway(ledger.of(BUREAU).clerk)];
export const second = (ledger: TestLedger): Signing[] => [byGateway(ledger.of(BUREAU).reviewer)];

/** A licence whose sealed PDF is registered. */
export async function sealedLicence(ledger: TestLedger, kind?: string): Promise<string> {
  const licence = await ledger.issued({}, BUREAU, kind);
  must(await withPaper(ledger, licence, 1));
  return licence;
}
export const withPaper = (ledger: TestLedger, licence: string, version: number): Promise<Result> =>
  ledger.act(BUREAU, { op: 'document.add', licence, version }, clerk(ledger), { command: { documents: [{ type: 'pdf', alg: 'sha-256', digest: version === 1 ? DOCUMENT : sha(`sealed PDF ${String(version)}`) }] } });

export const orderAct = (licence: string, change: object = {}) => ({ op: 'print.order', id: randomId(), licence, version: 1, ...change });

/** A step on an order as the ledger has it now; `change` is what the test is about. */
export function printAct(ledger: TestLedger, name: string, id: string, change: object = {}): object {
  const record = ledger.read('print-order', id);
  const said: Readonly<Record<string, object>> = {
    print: { document: DOCUMENT, ...(record && record.prints > 0 ? { reason: 'DAMAGED' } : {}) },
    release: { pickUp: pickUpCommitment(OPENING, { order: id, licence: record?.licence ?? '', version: record?.version ?? 1, code: CODE }) },
    'hand-over': { code: CODE, opening: base64url(OPENING) }, cancel: { reason: 'MISTAKEN' },
  };
  return { op: `print.${name}`, id, after: record?.events.at(-1)?.seq ?? 1, ...said[name], ...change };
}

export const tried = (ledger: TestLedger, name: string, id: string, change: object = {}, signers = name === 'seal' ? second(ledger) : clerk(ledger)): Promise<Result> => ledger.act(BUREAU, printAct(ledger, name, id, change), signers);

export const WAY: Readonly<Record<PrintState, readonly string[]>> = {
  ordered: [], printed: ['print'], sealed: ['print', 'seal'], released: ['print', 'seal', 'release'], 'handed-over': ['print', 'seal', 'release', 'hand-over'], cancelled: ['cancel'],
};

/** An order of a licence in a state. @returns its id */
export async function ordered(ledger: TestLedger, state: PrintState = 'ordered', licence?: string): Promise<string> {
  const act = orderAct(licence ?? (await sealedLicence(ledger)));
  must(await ledger.act(BUREAU, act, clerk(ledger)));
  for (const name of WAY[state]) must(await tried(ledger, name, act.id));
  return act.id;
}

type Case = (ledger: TestLedger) => Promise<Result | undefined>;
const from = (state: PrintState, name: string, change: object = {}, signers?: (ledger: TestLedger) => Signing[]): Case => async (ledger) => tried(ledger, name, await ordered(ledger, state), change, signers?.(ledger));

/** A case for each code of theirs. */
export const PRINT_CASES: Partial<Record<RefusalCode, Case>> = {
  PRINT_ORDER_UNKNOWN: (ledger) => tried(ledger, 'cancel', randomId()),
  PRINT_ORDER_EXISTS: async (ledger) => ledger.act(BUREAU, orderAct(await sealedLicence(ledger), { id: await ordered(ledger) }), clerk(ledger)),
  PRINT_ORDER_OPEN: async (ledger) => {
    const licence = await sealedLicence(ledger);
    await ordered(ledger, 'printed', licence);
    return ledger.act(BUREAU, orderAct(licence), clerk(ledger));
  },
  PRINT_ORDER_CHANGED: from('printed', 'seal', { after: 1 }),
  PRINT_ORDER_STATE: from('ordered', 'seal'),
  PRINT_STEPS_TOO_MANY: async (ledger) => {
    const id = await ordered(ledger);
    for (let i = 1; i < PRINT_EVENTS_MAX; i++) must(await tried(ledger, 'print', id));
    return tried(ledger, 'print', id);
  },
  PRINT_SUPERSEDED: async (ledger) => {
    const licence = await sealedLicence(ledger);
    const id = await ordered(ledger, 'released', licence);
    must(await ledger.act(BUREAU, ledger.versionAct('change', licence), clerk(ledger)));
    return tried(ledger, 'hand-over', id);
  },
  PRINT_NOT_IN_FORCE: async (ledger) => {
    const licence = await sealedLicence(ledger);
    const id = await ordered(ledger, 'released', licence);
    must(await ledger.act(BUREAU, ledger.statusAct('suspend', licence), clerk(ledger)));
    return tried(ledger, 'hand-over', id);
  },
  REPRINT_REASON: from('printed', 'print', { reason: undefined }),
  SEALED_BY_PRINTER: from('printed', 'seal', {}, clerk),
  PICK_UP_CODE: from('released', 'hand-over', { code: 'ABCD2346' }),
  PICK_UP_USED: from('handed-over', 'hand-over'),
};

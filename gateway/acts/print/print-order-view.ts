/** A print order as the staff of its agency see it: whose certificate, how far it is, who did what, what may be done next. */
import { identifierOf, splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import { PRINT_ACTS, PRINT_CANCEL_REASONS, PRINT_STEPS, REPRINT_REASONS, type PrintAct, type PrintEvent, type PrintOrderRecord, type PrintState } from '#chaincode/facts/print-order';
import type { Label } from '#chaincode/facts/records';
import type { Day } from '#chaincode/facts/calendar';
import { effectiveStatus, type EffectiveStatus } from '#chaincode/facts/status';
import type { Projection } from '../../ledger/projection.js';
import type { Vault } from '../../vault/vault.js';

export interface PrintOrderView {
  readonly id: string;
  readonly licence: string;
  readonly identifier: string;
  readonly version: number;
  readonly kind: Label;
  /** Absent where the face is kept at another gateway, or was erased. */
  readonly holderName?: string;
  readonly number?: string;
  readonly state: PrintState;
  /** Of this version under all its orders: a further one is a reprint. */
  readonly prints: number;
  /** What stands in the way of every step but giving up. */
  readonly overtaken?: 'superseded' | 'not-in-force';
  readonly status: EffectiveStatus;
  readonly orderedAt: string;
  readonly events: readonly (Pick<PrintEvent, 'seq' | 'act' | 'state' | 'at' | 'batch' | 'document'> & { readonly actors: readonly { readonly staff: string; readonly method: string }[]; readonly reason?: string; readonly reasonWords?: Label; readonly transaction: string })[];
  readonly next: readonly PrintAct[];
  /** Whether the person who looks has printed it, and so cannot seal it. */
  readonly printedByYou: boolean;
}

const REASONS: Readonly<Record<string, Label>> = { ...REPRINT_REASONS, ...PRINT_CANCEL_REASONS };

/** Field of a face by its role. */
function faceText(projection: Projection, vault: Vault, licence: string, version: number, subject: string, role: 'holder-name' | 'number'): string | undefined {
  const name = projection.get('kind', splitLicenceId(licence as LicenceId).type)?.fields.find((field) => field.role === role)?.name;
  const digest = projection.get('licence', licence)?.versions.find((each) => each.version === version)?.documents[0]?.digest;
  const value = name === undefined || digest === undefined ? undefined : vault.get(licence, digest, subject)?.face[name];
  return typeof value === 'string' ? value : undefined;
}

/** What a licence is called: holder and number, where they are kept here. */
export function namesOf(projection: Projection, vault: Vault, licence: string, version: number): { readonly holderName?: string; readonly number?: string } {
  const subject = projection.get('licence', licence)?.subject ?? '';
  const [holderName, number] = (['holder-name', 'number'] as const).map((role) => faceText(projection, vault, licence, version, subject, role));
  return { ...(holderName === undefined ? {} : { holderName }), ...(number === undefined ? {} : { number }) };
}

export function viewOf({ projection, vault, today }: { readonly projection: Projection; readonly vault: Vault; readonly today: Day }, record: PrintOrderRecord, staff: string | undefined): PrintOrderView {
  const { id, licence, version, state, events } = record;
  const current = projection.get('licence', licence)?.versions.at(-1);
  const status = current?.version === version ? effectiveStatus(current.status, current.validFrom, current.validUntil, today) : 'SUPERSEDED';
  const overtaken = current?.version !== version ? 'superseded' : status === 'VALID' || status === 'NOT_YET_VALID' ? undefined : 'not-in-force';
  const printing = projection.get('printing', licence);
  const printed = events.findLast(({ act }) => act === 'print')?.actors ?? [];
  const person = staff === undefined ? undefined : projection.get('staff', staff)?.person;
  return {
    id, licence, identifier: identifierOf(licence as LicenceId, version), version, kind: projection.get('kind', splitLicenceId(licence as LicenceId).type)?.name ?? { zh: licence, en: licence }, ...namesOf(projection, vault, licence, version),
    state, prints: printing?.version === version ? printing.prints : record.prints, ...(overtaken === undefined ? {} : { overtaken }), status, orderedAt: events[0]?.at ?? '',
    events: events.map(({ seq, act, state: to, at, batch, document, actors, reason, txId }) => ({
      seq, act, state: to, at, actors: actors.map(({ staff: by, method }) => ({ staff: by, method })), transaction: txId,
      ...(batch === undefined ? {} : { batch }), ...(document === undefined ? {} : { document }), ...(reason === undefined ? {} : { reason, reasonWords: REASONS[reason] ?? { zh: reason, en: reason } }),
    })),
    next: PRINT_ACTS.filter((act) => PRINT_STEPS[act].from.includes(state) && (overtaken === undefined || act === 'cancel')),
    printedByYou: printed.some((each) => each.person === person),
  };
}

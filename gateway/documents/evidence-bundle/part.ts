/** What was found of an evidence bundle, part by part. */

/** In the order in which a report is read. */
export const EVIDENCE_PARTS = ['form', 'whole', 'ledger', 'config', 'chain', 'head', 'block', 'code', 'transaction', 'endorsement', 'record', 'credential', 'seal', 'events', 'uses'] as const;
export type EvidencePartName = (typeof EVIDENCE_PARTS)[number];

export interface EvidencePart {
  readonly part: EvidencePartName;
  readonly result: 'pass' | 'fail' | 'unchecked';
  readonly code: string;
  /** Which block, transaction, key or record. */
  readonly where?: string;
}

/** What a part says where nothing was found against it. */
const HOLDS: Readonly<Record<EvidencePartName, string>> = {
  form: 'EVIDENCE_WELL_FORMED', whole: 'EVIDENCE_UNCHANGED', ledger: 'EVIDENCE_LEDGER', config: 'EVIDENCE_CONFIG', chain: 'EVIDENCE_CHAIN', head: 'EVIDENCE_HEAD', block: 'EVIDENCE_BLOCKS_SIGNED', code: 'EVIDENCE_CODES',
  transaction: 'EVIDENCE_TRANSACTIONS', endorsement: 'EVIDENCE_ENDORSED', record: 'EVIDENCE_RECORDS', credential: 'EVIDENCE_CREDENTIAL', seal: 'EVIDENCE_SEALS', events: 'EVIDENCE_EVENTS', uses: 'EVIDENCE_USES',
};

export class Findings {
  readonly #found: EvidencePart[] = [];

  fail(part: EvidencePartName, code: string, where?: string): void {
    this.#add(part, 'fail', code, where);
  }

  unchecked(part: EvidencePartName, code: string, where?: string): void {
    this.#add(part, 'unchecked', code, where);
  }

  /** A part that holds for a reason of its own. */
  pass(part: EvidencePartName, code: string, where?: string): void {
    this.#add(part, 'pass', code, where);
  }

  #add(part: EvidencePartName, result: EvidencePart['result'], code: string, where: string | undefined): void {
    this.#found.push({ part, result, code, ...(where === undefined ? {} : { where }) });
  }

  failed(part: EvidencePartName): boolean {
    return this.#found.some((each) => each.part === part && each.result === 'fail');
  }

  /** Every part: what was found, or that it holds. */
  all(): EvidencePart[] {
    return EVIDENCE_PARTS.flatMap((part): EvidencePart[] => {
      const found = this.#found.filter((each) => each.part === part);
      return found.length > 0 ? found : [{ part, result: 'pass', code: HOLDS[part] }];
    });
  }
}

/** Where applications lie at the gateway: forms and notes under the holder's key, found again by their numbers. */
import { commitment } from '#chaincode/facts/act-digest';
import type { ApplicationRecord } from '#chaincode/facts/application';
import { canonical, type Canonical } from '#chaincode/facts/canonical';
import type { Day } from '#chaincode/facts/calendar';
import { mod11_10 } from '#chaincode/facts/check-digit';
import { base64url, fromBase64url } from '#chaincode/facts/hash';
import { randomBytes } from 'node:crypto';
import type { Vault } from '../../vault/vault.js';
import type { ApplicationDetails } from './application-form.js';

/** What is kept of a step; a receipt and a form sent again have all of it, other steps a note. */
export type StepDetails = ApplicationDetails | { readonly note: string };
interface KeptStep {
  readonly details: StepDetails;
  /** base64url, 32 bytes: opens the ledger's commitment. */
  readonly opening: string;
}

export const isWhole = (details: StepDetails | undefined): details is ApplicationDetails => details !== undefined && 'form' in details;

const addressOf = (id: string, digest: string): string => `application/${id}/${digest}`;

/** SHA-256("yizheng/application/1" || 0x00 || 32 random bytes || JCS of what is kept), base64url (docs/decisions/0020). */
export const applicationCommitment = (opening: Uint8Array, details: StepDetails): string =>
  base64url(commitment('yizheng/application/1', opening, canonical(JSON.parse(JSON.stringify(details)) as Canonical)));

export class ApplicationShelf {
  readonly #vault: Vault;
  /** Numbers are given one after the other. */
  #numbering: Promise<unknown> = Promise.resolve();

  constructor(vault: Vault) {
    this.#vault = vault;
  }

  /** @returns the ledger's commitment; durable when it returns */
  async keep(id: string, subject: string, details: StepDetails): Promise<string> {
    const opening = randomBytes(32);
    const digest = applicationCommitment(opening, details);
    await this.#vault.keep(addressOf(id, digest), subject, { details, opening: base64url(opening) } satisfies KeptStep);
    return digest;
  }

  async forget(id: string, digest: string): Promise<void> {
    await this.#vault.forget(addressOf(id, digest));
  }

  /** @returns undefined where it is not kept here, or no longer */
  step({ id, subject }: Pick<ApplicationRecord, 'id' | 'subject'>, digest: string | undefined): StepDetails | undefined {
    return digest === undefined ? undefined : (this.#vault.kept(addressOf(id, digest), subject) as KeptStep | undefined)?.details;
  }

  /** Whether what the ledger has committed to lies here, and is that. @throws Damaged */
  holds({ id, subject }: Pick<ApplicationRecord, 'id' | 'subject'>, digest: string): boolean {
    const kept = this.#vault.kept(addressOf(id, digest), subject) as KeptStep | undefined;
    return kept !== undefined && applicationCommitment(fromBase64url(kept.opening) ?? new Uint8Array(), kept.details) === digest;
  }

  /** The form as it stands: that of the last step that has one. */
  newest(record: ApplicationRecord): ApplicationDetails | undefined {
    return record.events.map(({ details }) => this.step(record, details)).findLast(isWhole);
  }

  /** 办件编号 of an application: region, day, number of the day, check digit (ISO 7064 MOD 11,10). Given once, found again from then on. */
  async number(agency: string, id: string, day: Day): Promise<string> {
    const given = this.#numbering.then(async () => {
      const earlier = this.#vault.named('application-number', id);
      if (earlier !== undefined) return earlier;
      const head = `${agency.slice(2, 8)}${day.replaceAll('-', '')}`;
      const next = Number(this.#vault.named('application-count', head) ?? '0') + 1;
      await this.#vault.name('application-count', head, String(next));
      const digits = `${head}${String(next).padStart(5, '0')}`;
      const number = `${digits}${mod11_10(digits) ?? ''}`;
      await this.#vault.name('application', number, id);
      await this.#vault.name('application-number', id, number);
      return number;
    });
    this.#numbering = given.catch(() => undefined);
    return given;
  }

  byNumber(number: string): string | undefined {
    return this.#vault.named('application', number.trim());
  }

  async nameCase(agency: string, caseNo: string, id: string): Promise<void> {
    await this.#vault.name('case', `${agency}\0${caseNo}`, id);
  }

  byCase(agency: string, caseNo: string): string | undefined {
    return this.#vault.named('case', `${agency}\0${caseNo.trim()}`);
  }
}

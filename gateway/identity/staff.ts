/** Staff as the registrars who keep their records see them: the ledger's record, with the names that this gateway alone knows. */
import type { LedgerRecord, Role, StaffRecord } from '#chaincode/facts/records';
import type { Projection } from '../ledger/projection.js';
import type { Accounts } from './accounts.js';

export interface StaffView {
  readonly staff: string;
  readonly agency: string;
  readonly agencyName: string;
  /** Sign-in name and name shown to colleagues; absent for who signs in by key only. */
  readonly name?: string;
  readonly displayName?: string;
  readonly roles: readonly Role[];
  readonly active: boolean;
}

/** As the contract asks of whoever writes a record of a seal: a registrar of the same agency, or of the one that keeps the register. */
export const keepsRecordsOf = (ledger: LedgerRecord, registrar: string, agency: string): boolean => registrar === agency || registrar === ledger.registrar;

/** The same of staff: an agency that has a registrar keeps its own, and only two persons together enter others there. */
export const keepsStaffOf = (projection: Projection, registrar: string, agency: string): boolean =>
  registrar === agency || (registrar === projection.get('ledger', 'settings')?.registrar && projection.get('registrar', agency) === undefined);

export class Staff {
  constructor(private readonly projection: Projection, private readonly accounts: Accounts) {}

  /** Whether registrars of the agency keep the record of this person. */
  keeps(registrar: string, staff: string): boolean {
    const record = this.projection.get('staff', staff);
    return record !== undefined && keepsStaffOf(this.projection, registrar, record.agency);
  }

  /** Those whose records registrars of the agency keep, the agency's own first. */
  async kept(registrar: string): Promise<StaffView[]> {
    const [records, names] = [await this.projection.all('staff'), await this.accounts.all()];
    const views = records.filter(({ id }) => this.keeps(registrar, id)).map((record) => this.#view(record, names));
    const order = (view: StaffView) => `${view.agency === registrar ? '0' : '1'} ${view.agency} ${view.name ?? '~'} ${view.staff}`;
    return views.sort((a, b) => (order(a) < order(b) ? -1 : 1));
  }

  async view(staff: string): Promise<StaffView | undefined> {
    const record = this.projection.get('staff', staff);
    return record && this.#view(record, await this.accounts.all());
  }

  #view({ id, agency, roles, active }: StaffRecord, names: Awaited<ReturnType<Accounts['all']>>): StaffView {
    return { staff: id, agency, agencyName: this.projection.get('agency', agency)?.name ?? '', ...names.get(id), roles, active };
  }
}

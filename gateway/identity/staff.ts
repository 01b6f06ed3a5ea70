/** Staff as the registrars who keep their records see them: the ledger's record, with the names that this gateway alone knows. */
import { instantOf } from '#chaincode/facts/calendar';
import type { LedgerRecord, Role, StaffRecord } from '#chaincode/facts/records';
import { GatewayFault } from '../fault.js';
import type { Projection } from '../ledger/projection.js';
import type { Accounts } from './accounts.js';

export interface StaffView {
  readonly staff: string;
  readonly agency: string;
  readonly agencyName: string;
  /** Sign-in name and name shown to colleagues; absent for who signs in by key only. */
  readonly name?: string;
  readonly displayName?: string;
  /** The person has not set a password of their own yet. */
  readonly isInitial?: true;
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

  /** Agencies whose staff registrars of the agency enter, their own first. @param hosts only those that are hosted here */
  async agencies(registrar: string, hosts: (agency: string) => boolean): Promise<{ readonly code: string; readonly name: string }[]> {
    const kept = (await this.projection.all('agency')).filter(({ code, active }) => active && hosts(code) && keepsStaffOf(this.projection, registrar, code));
    return kept.sort((a, b) => Number(b.code === registrar) - Number(a.code === registrar) || (a.code < b.code ? -1 : 1)).map(({ code, name }) => ({ code, name }));
  }

  /** A record as it is on the ledger, for whoever keeps it. @throws GatewayFault NOT_FOUND */
  record(registrar: string, staff: string): StaffRecord {
    const record = this.projection.get('staff', staff);
    if (!record || !this.keeps(registrar, staff)) throw new GatewayFault('NOT_FOUND');
    return record;
  }

  /** A sign-in for somebody on the ledger, with a password to begin with. @throws GatewayFault NOT_FOUND, AGENCY_NOT_HOSTED, CONFLICT, REQUEST_MALFORMED, BUSY */
  async invite(registrar: string, staff: string, { name, displayName }: { readonly name: string; readonly displayName: string }, hosts: (agency: string) => boolean): Promise<{ readonly name: string; readonly password: string; readonly until: string }> {
    const { agency, roles } = this.record(registrar, staff);
    if (!hosts(agency)) throw new GatewayFault('AGENCY_NOT_HOSTED');
    if (roles.includes('machine')) throw new GatewayFault('CONFLICT', { fields: [{ field: 'staff', code: 'ROLE_MACHINE' }] });
    if (displayName.trim() === '') throw new GatewayFault('REQUEST_MALFORMED', { fields: [{ field: 'displayName', code: 'FIELD_MISSING' }] });
    const { password, until } = await this.accounts.invite(name, displayName.trim(), staff);
    return { name, password, until: instantOf(until) };
  }

  async view(staff: string): Promise<StaffView | undefined> {
    const record = this.projection.get('staff', staff);
    return record && this.#view(record, await this.accounts.all());
  }

  #view({ id, agency, roles, active }: StaffRecord, names: Awaited<ReturnType<Accounts['all']>>): StaffView {
    return { staff: id, agency, agencyName: this.projection.get('agency', agency)?.name ?? '', ...names.get(id), roles, active };
  }
}

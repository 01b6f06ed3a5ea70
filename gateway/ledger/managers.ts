/** Who manages a licence today: once a right has moved, another agency than its record says (市县同权). The record still says whose gateway keeps the face. */
import type { Day } from '#chaincode/facts/calendar';
import { splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import type { LicenceRecord } from '#chaincode/facts/records';
import { MOVES_MAX, movedTo } from '#chaincode/rules/rights';
import { licencesUnder } from './centre-rows.js';
import type { Listing } from './listings.js';
import type { Projection } from './projection.js';

export interface ManagersParts {
  readonly projection: Pick<Projection, 'get' | 'all' | 'partsUnder' | 'listed'>;
  readonly drafter: { readonly today: Day };
}

export class Managers {
  constructor(private readonly parts: ManagersParts) {}

  of({ id, manager }: Pick<LicenceRecord, 'id' | 'manager'>): string {
    return this.ofKind(manager, splitLicenceId(id as LicenceId).type);
  }

  /** Of what an agency managed when its record was written; as the contract has it (`managerOn`). */
  ofKind(manager: string, kind: string): string {
    const { projection, drafter: { today } } = this.parts;
    let current = manager;
    for (let hops = 0; hops < MOVES_MAX; hops++) {
      const next = movedTo(projection.get('agency', current), kind, today);
      if (next === undefined) return current;
      current = next;
    }
    return current;
  }

  /** An agency, and those whose right to issue something has moved to it, and so on: what stands under their names may be its own now. */
  async before(agency: string): Promise<string[]> {
    const found = new Set([agency]);
    const all = await this.parts.projection.all('agency');
    for (let size = 0; size < found.size;) {
      size = found.size;
      for (const { code, rights } of all) if (rights.some(({ right, to }) => right === 'issue' && to !== undefined && found.has(to))) found.add(code);
    }
    return [...found];
  }

  /**
   * Where the rows of what an agency manages today begin: under its own name and under the names of those before it.
   * @param root where the rows under a name begin; their first part names a kind
   * @param kindOf the kind that such a part names; undefined for what moves with no right
   */
  async under(agency: string, root: (manager: string) => string, kindOf: (part: string) => string | undefined = (part) => part): Promise<string[]> {
    const found: string[] = [];
    for (const manager of await this.before(agency)) {
      for await (const part of this.parts.projection.partsUnder(root(manager))) {
        const kind = kindOf(part);
        if ((kind === undefined ? manager : this.ofKind(manager, kind)) === agency) found.push(`${root(manager)}${part}/`);
      }
    }
    return found;
  }

  /** Licences of an agency, newest first. @param before cursor of the last one seen */
  async licences(agency: string, { kind, ...page }: { readonly kind?: string | undefined; readonly limit: number; readonly before?: string | undefined }): Promise<Listing[]> {
    const under = await this.under(agency, licencesUnder);
    return this.parts.projection.listed(kind === undefined ? under : under.filter((prefix) => prefix.endsWith(`/${kind}/`)), page);
  }
}

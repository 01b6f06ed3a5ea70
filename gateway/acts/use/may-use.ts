/** What one agency may use of a holder's licences, and by what, as the ledger says now: asked to tell, before anything is used. */
import type { Day, Instant } from '#chaincode/facts/calendar';
import type { LicenceRecord } from '#chaincode/facts/records';
import { GatewayFault } from '../../fault.js';
import type { Projection } from '../../ledger/projection.js';
import { decide, type Named, type Register } from './authority.js';
import type { Grants } from './grant.js';
import type { Managers } from '../../ledger/managers.js';

/** own: it manages the licence. statute, scene: the law, or the managing agency, lets it. grant: the holder has let it. no: the holder's grant is needed. From the strongest to none. */
export const USES = ['own', 'statute', 'scene', 'grant', 'no'] as const;
export type Use = (typeof USES)[number];

export interface Wish {
  readonly licence: Pick<LicenceRecord, 'id' | 'manager' | 'subject'>;
  readonly purpose: string;
  readonly fields: readonly string[];
}
export interface Allowed {
  readonly use: Use;
  /** The grant, which is used only by name because it counts down. */
  readonly grant?: string;
}

/** A holder's grants beyond these are no consent that anybody keeps an overview of. */
const GRANTS_MAX = 200;

interface Asker {
  readonly agency: string;
  readonly today: Day;
  readonly now: Instant;
}

export const registerOf = (projection: Pick<Projection, 'scenes' | 'get'>, managers: Pick<Managers, 'of'>, grants: Pick<Grants, 'details'>): Register => ({
  scenes: () => projection.scenes(), manager: (licence) => managers.of(licence), grant: (id) => projection.get('grant', id), delegation: (id) => projection.get('delegation', id), details: (id) => grants.details(id),
});

export class MayUse {
  private constructor(private readonly asker: Asker, private readonly register: Register, private readonly grants: readonly string[]) {}

  static async of(projection: Projection, register: Register, { subject, ...asker }: Asker & { readonly subject: string | undefined }): Promise<MayUse> {
    const all = subject === undefined ? [] : await projection.grants({ of: subject }, { limit: GRANTS_MAX });
    return new MayUse(asker, register, all.map(({ id }) => id).filter((id) => projection.get('grant', id)?.grantee === asker.agency));
  }

  use(wish: Wish): Allowed {
    const found = this.#by(wish);
    if (found?.by === 'own') return { use: 'own' };
    if (found?.by === 'scene') return { use: this.register.scenes().find(({ id }) => id === found.id)?.statute === true ? 'statute' : 'scene' };
    const grant = this.grants.find((id) => this.#by(wish, { grant: id }) !== undefined);
    return grant === undefined ? { use: 'no' } : { use: 'grant', grant };
  }

  #by(wish: Wish, named?: Named) {
    try {
      return decide({ ...this.asker, ...wish, counted: false }, named, this.register);
    } catch (error) {
      if (error instanceof GatewayFault) return undefined;
      throw error;
    }
  }
}

/** Of several matters with purposes of their own: a licence is used for all of them by the weakest of what lets it be used for each. */
export const weakest = (uses: readonly Use[]): Use => uses.reduce<Use>((worst, use) => (USES.indexOf(use) > USES.indexOf(worst) ? use : worst), 'own');

/** Has a request endorsed. The contract answers rules by results, so a failed endorsement is infrastructure, and nothing has happened yet. */
import { setTimeout as delay } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { GatewayError, type Gateway, type Transaction } from '@hyperledger/fabric-gateway';
import { GatewayFault } from '../fault.js';
import { compareAnswers, differsOf, type Disagreement } from './disagreement.js';

const TRIES = 3;
const BACKOFF_MS = 100;
/**
 * Another agency's peer that is a block behind reads older versions, and its answer differs until it has caught up: under load that
 * takes some block times. What differs longer than this computes differently.
 */
const CATCH_UP_MS = 5_000;
const CATCH_UP_PAUSE_MS = 50;
/** Comparing costs a transaction's work at every agency, and tells the same each time. */
const COMPARE_EVERY_MS = 30_000;

const jittered = (ms: number): Promise<void> => delay(ms * (0.5 + Math.random()));

/** Documents that the endorsers are shown, by digest. */
export type Documents = Readonly<Record<string, string>>;

export class Endorser {
  #disagreement: Disagreement | undefined;
  #comparing: Promise<Disagreement> | undefined;
  /** Told of every disagreement that was looked into. */
  onDisagreement: (disagreement: Disagreement) => void = () => undefined;

  constructor(private readonly place: { readonly channel: string; readonly chaincode: string; readonly mspId: string }) {}

  /** The last time that agencies did not answer alike. */
  get disagreement(): Disagreement | undefined {
    return this.#disagreement;
  }

  /** @throws GatewayFault BUSY, LEDGER_UNAVAILABLE, ENDORSEMENT_MISMATCH: nothing has happened */
  async endorse(gateway: Gateway, argument: string, shown: Documents): Promise<Transaction> {
    const contract = gateway.getNetwork(this.place.channel).getContract(this.place.chaincode);
    const from = Date.now();
    for (let [failed, differed] = [0, 0]; ;) {
      const proposal = contract.newProposal('Submit', { arguments: [argument], transientData: shown });
      try {
        return await proposal.endorse();
      } catch (cause) {
        const { code, details = [] } = cause as Partial<GatewayError>;
        const named = differsOf(details);
        if (code === status.RESOURCE_EXHAUSTED) throw new GatewayFault('BUSY', { cause });
        if (named.length > 0) {
          if (Date.now() - from > CATCH_UP_MS) throw mismatch(await this.#compare(gateway, proposal.getBytes(), named), cause);
          await jittered(Math.min(CATCH_UP_PAUSE_MS * 2 ** differed++, CATCH_UP_MS / 10));
        } else {
          // What did not answer by the deadline has had its time; the next one would take as long.
          if (code === status.DEADLINE_EXCEEDED || ++failed >= TRIES) throw new GatewayFault('LEDGER_UNAVAILABLE', { cause });
          await jittered(BACKOFF_MS * 2 ** failed);
        }
      }
    }
  }

  /** Looks who differs, once at a time and not too often; in between the last finding holds. */
  async #compare(gateway: Gateway, proposal: Uint8Array, named: ReturnType<typeof differsOf>): Promise<Disagreement> {
    const known = this.#disagreement;
    if (known && Date.now() - known.at < COMPARE_EVERY_MS) return known;
    this.#comparing ??= compareAnswers(gateway, proposal, this.place.mspId, named, Date.now()).then((found) => {
      this.#disagreement = found;
      this.onDisagreement(found);
      return found;
    }).finally(() => { this.#comparing = undefined; });
    return this.#comparing;
  }
}

function mismatch({ answers, differing }: Disagreement, cause: unknown): GatewayFault {
  const names = answers.filter(({ mspId }) => differing.includes(mspId)).map(({ mspId, address }) => (address === undefined ? mspId : `${mspId} (${address})`)).join(', ');
  return new GatewayFault('ENDORSEMENT_MISMATCH', { cause, explained: { zh: `结果不一致的机关：${names}`, en: `These answered differently: ${names}` } });
}

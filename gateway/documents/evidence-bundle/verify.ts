/**
 * Verifies an evidence bundle without a ledger and without a network: Fabric's rules over blocks, transactions and endorsements, the chain to a head that somebody kept, and what the records say.
 * Pure: one source for Node and browsers (docs/decisions/0030).
 */
import { base64url } from '#chaincode/facts/hash';
import type { SignedHead } from '../head.js';
import type { Trust } from '../trust-bundle.js';
import { ChainHashes, checkChain, checkCodes, checkHeads, checkKept, checkWhole, headKeys, keptHeads } from './anchor.js';
import { blockName, checkCommit, checkOrderers, checkTransaction, configNamed, openBlock, openTransaction, type OpenBlock } from './block.js';
import { readConfig } from './config.js';
import { parseBundle, type EvidenceBundle } from './format.js';
import { Members } from './members.js';
import { Findings, type EvidencePart } from './part.js';
import { checkCredential, checkEvents, checkSeals, Facts, wholeLicence } from './records.js';
import { limitsOf, shownOf, type FactShown, type ShownEvidence } from './report.js';
import { checkUses } from './uses.js';

export interface EvidenceQuestion {
  /** The file. */
  readonly text: string;
  /** Signed heads that the verifier has kept: what he holds the bundle against. */
  readonly heads: readonly string[];
  /** base64url of the ledger that he expects, where he knows no head and no trust list of it. */
  readonly ledger?: string | undefined;
  readonly trust?: Trust | undefined;
}

/** proven: everything holds, against something that did not come with the bundle. unchecked: nothing was found against it, something is missing. untrusted: do not rely on it. */
export interface EvidenceAssessment {
  readonly by: 'evidence';
  readonly outcome: 'proven' | 'unchecked' | 'untrusted';
  readonly parts: readonly EvidencePart[];
  /** Codes of what the bundle does not prove, whatever holds. */
  readonly limits: readonly string[];
  /** Left out where it is not to be trusted. */
  readonly shown?: ShownEvidence;
}

/** Without a face and without uses a bundle proves no less of what it has. */
const MAY_BE_ABSENT: ReadonlySet<string> = new Set(['EVIDENCE_NO_CREDENTIAL', 'EVIDENCE_NO_USES']);

export async function verifyEvidence(question: EvidenceQuestion): Promise<EvidenceAssessment> {
  const findings = new Findings();
  const bundle = parseBundle(question.text);
  if (!bundle) return { by: 'evidence', outcome: 'untrusted', parts: [{ part: 'form', result: 'fail', code: 'EVIDENCE_FORM' }], limits: [] };
  const read = await verified(bundle, question, findings).catch(() => {
    // Whoever forges a bundle chooses its bytes: what no check foresees is no evidence either.
    findings.fail('form', 'EVIDENCE_UNREADABLE');
    return undefined;
  });
  const parts = findings.all();
  const open = parts.some(({ result, code }) => result === 'unchecked' && !MAY_BE_ABSENT.has(code));
  const outcome = parts.some(({ result }) => result === 'fail') ? 'untrusted' : open ? 'unchecked' : 'proven';
  return { by: 'evidence', outcome, parts, limits: limitsOf(bundle, read), ...(read && outcome !== 'untrusted' ? { shown: read } : {}) };
}

const verified = async (bundle: EvidenceBundle, question: EvidenceQuestion, findings: Findings): Promise<ShownEvidence | undefined> => new Verification(bundle, question, findings).run();

class Verification {
  readonly #bundle: EvidenceBundle;
  readonly #question: EvidenceQuestion;
  readonly #findings: Findings;
  readonly #blocks: ReadonlyMap<number, OpenBlock>;
  readonly #members = new Map<number, Members>();
  /** Whether several organisations stand for who the members are: they are in block 0, and for every later configuration orderers of a majority of those before have signed. */
  #shared = true;
  readonly #facts = new Facts();
  readonly #shown: FactShown[] = [];

  constructor(bundle: EvidenceBundle, question: EvidenceQuestion, findings: Findings) {
    this.#bundle = bundle;
    this.#question = question;
    this.#findings = findings;
    this.#blocks = new Map([...bundle.config, ...bundle.blocks].map((block) => [block.number, openBlock(block)]));
  }

  async run(): Promise<ShownEvidence | undefined> {
    const { trust, heads } = this.#question;
    const [bundle, findings, facts] = [this.#bundle, this.#findings, this.#facts];
    const hashes = new ChainHashes(bundle);
    const kept = keptHeads(heads);
    if (kept.length < heads.length) findings.fail('head', 'EVIDENCE_HEAD_FORM');
    this.#ledger(kept);
    await this.#config();
    checkChain(bundle, this.#blocks, hashes, findings);
    await this.#transactions();
    const { endorsing, needed } = this.#inForce(bundle.blocks.at(-1)?.number) ?? { endorsing: [], needed: 1 };
    const keyOf = headKeys(facts, trust);
    await checkKept(kept, keyOf, findings);
    const covering = checkHeads(kept, bundle, hashes, findings, this.#shared && this.#isPinned(kept));
    const made = await checkWhole(bundle, hashes, keyOf, findings);
    const attesting = await checkCodes({ bundle, hashes, kept, facts, keyOf, endorsing, needed }, findings);
    const whole = wholeLicence(facts, bundle.licence, findings);
    if (!whole) return undefined;
    checkEvents(facts, whole, findings);
    checkSeals(facts, whole, findings);
    const credential = await checkCredential(facts, bundle.credential, whole, findings);
    const uses = await checkUses(facts, bundle.ledger, bundle.licence, bundle.uses, findings);
    if (bundle.uses.length === 0) findings.unchecked('uses', 'EVIDENCE_NO_USES');
    return shownOf({ bundle, facts, whole, credential, uses, shown: this.#shown, endorsing, attesting, made, covering, last: hashes.last });
  }

  #isPinned(kept: readonly SignedHead[]): boolean {
    return (this.#question.ledger ?? this.#question.trust?.index.list.ledger ?? kept[0]?.head.ledger) === this.#bundle.ledger;
  }

  /** The ledger is the hash of its first block, and the one that the verifier means. */
  #ledger(kept: readonly SignedHead[]): void {
    const [{ ledger, config }, findings] = [this.#bundle, this.#findings];
    const genesis = this.#blocks.get(0);
    if (config[0]?.number !== 0 || !genesis || genesis.previous.length > 0 || base64url(genesis.hash) !== ledger) findings.fail('ledger', 'EVIDENCE_GENESIS');
    const meant = [this.#question.ledger, this.#question.trust?.index.list.ledger].filter((each) => each !== undefined);
    if (meant.some((each) => each !== ledger)) findings.fail('ledger', 'EVIDENCE_LEDGER_OTHER');
    else if (meant.length === 0 && kept.length === 0) findings.unchecked('ledger', 'EVIDENCE_LEDGER_UNPINNED');
  }

  /** Every configuration after the first is signed by orderers of the one before. */
  async #config(): Promise<void> {
    let before: Members | undefined;
    for (const { number } of this.#bundle.config) {
      const [block, where] = [this.#blocks.get(number), blockName(number)];
      const config = block && readable(block);
      // Nothing of it but what its hash and its orderers cover.
      if (!block || !config || block.block.codes + block.block.commitHash + block.block.commitHashBefore !== '') return this.#findings.fail('config', 'EVIDENCE_CONFIG_UNREADABLE', where);
      if (before) {
        if (configNamed(block) !== number) this.#findings.fail('config', 'EVIDENCE_CONFIG_ORDER', where);
        const signers = new Set((await checkOrderers(block, before, this.#findings, 'config')).map(({ mspId }) => mspId));
        const { endorsing, needed } = before;
        this.#shared &&= endorsing.filter((each) => signers.has(each)).length >= needed;
      } else if (block.block.value !== '' || block.block.signatures.length > 0) this.#findings.fail('config', 'EVIDENCE_CONFIG_UNREADABLE', where);
      before = new Members(config);
      this.#members.set(number, before);
      this.#shared &&= before.endorsing.length > 1;
    }
    // No administrator's signature is asked for: one orderer could have made a configuration of its own, unless the chain to a kept head has it.
    const aside = this.#bundle.config.find(({ number }) => number > 0 && number < this.#bundle.chain.from);
    if (aside && !this.#shared) this.#findings.unchecked('config', 'EVIDENCE_CONFIG_UNSAID', blockName(aside.number));
  }

  /** Members as of a block: by the configuration that its orderers named. */
  #inForce(number: number | undefined): Members | undefined {
    const block = number === undefined ? undefined : this.#blocks.get(number);
    const named = block && configNamed(block);
    const newest = this.#bundle.config.findLast((config) => config.number <= (number ?? 0))?.number;
    return named !== undefined && named === newest ? this.#members.get(named) : undefined;
  }

  async #transactions(): Promise<void> {
    for (const { number } of this.#bundle.blocks) {
      const [block, members] = [this.#blocks.get(number), this.#inForce(number)];
      if (!block) continue;
      if (!members) this.#findings.fail('config', 'EVIDENCE_CONFIG_MISSING', blockName(number));
      else await checkOrderers(block, members, this.#findings);
      checkCommit(block, this.#findings);
      await this.#factsOf(block, members);
    }
    for (const { key, block } of this.#bundle.facts) if (!this.#bundle.blocks.some(({ number }) => number === block)) this.#findings.fail('record', 'EVIDENCE_BLOCK_MISSING', key);
  }

  async #factsOf(block: OpenBlock, members: Members | undefined): Promise<void> {
    const [{ number }, findings] = [block.block, this.#findings];
    const facts = this.#bundle.facts.filter((fact) => fact.block === number);
    if (facts.length === 0) findings.fail('record', 'EVIDENCE_BLOCK_IDLE', blockName(number));
    for (const tx of new Set(facts.map((fact) => fact.tx))) {
      const [transaction, where] = [openTransaction(block.envelopes[tx]), `${blockName(number)}, transaction ${String(tx)}`];
      if (block.codes[tx] !== 0) findings.fail('code', 'EVIDENCE_TX_INVALID', where);
      if (!transaction) {
        findings.fail('transaction', 'EVIDENCE_TX_UNREADABLE', where);
        continue;
      }
      const signed = members && (await checkTransaction(transaction, members, findings, where));
      for (const fact of facts.filter((each) => each.tx === tx)) {
        if (!this.#facts.add(fact, transaction, signed?.creator.mspId)) findings.fail('record', 'EVIDENCE_RECORD_NOT_WRITTEN', `${where}, ${fact.key}`);
      }
      this.#shown.push({ block: number, tx, txId: transaction.parts.txId, at: transaction.at, creator: signed?.creator, endorsers: signed?.endorsers ?? [] });
    }
  }
}

function readable(block: OpenBlock): ReturnType<typeof readConfig> {
  try {
    return block.envelopes.length === 1 && block.envelopes[0] ? readConfig(block.envelopes[0]) : undefined;
  } catch {
    return undefined;
  }
}

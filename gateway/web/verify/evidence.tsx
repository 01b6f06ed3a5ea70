/** An evidence bundle that was dropped on the page: verified on this device, reported so that a judge can read it. */
import { useEffect, useState } from 'preact/hooks';
import type { EvidenceAssessment, EvidenceQuestion } from '../../documents/evidence-bundle/verify.js';
import type { ShownEvidence } from '../../documents/evidence-bundle/report.js';
import { dayText, instantText } from '../format.js';
import { Icon } from '../icons.js';
import { useLanguage } from '../language.js';
import { COMMON } from '../words/common.js';
import { learn, messageOf } from '../words/codes.js';
import { EVIDENCE } from '../words/evidence.js';
import { VERIFY } from '../words/verify.js';
import { deviceTrust } from './device.js';
import type { Headline } from './headline.js';
import { HeadlineBand } from './verdict.js';

/** A hundred sentences that only a report needs. */
async function learnWords(): Promise<void> {
  const { EVIDENCE_PART_WORDS, EVIDENCE_WORDS } = await import('../../messages/evidence.js');
  learn({ ...EVIDENCE_PART_WORDS, ...EVIDENCE_WORDS });
}

const SIGNS = { pass: 'check', fail: 'cross', unchecked: 'question' } as const;
const linesOf = (text: string): string[] => text.split(/\s+/).filter((line) => line !== '');

/** Beside the page: a bundle of many blocks would stand in the reader's way for seconds. */
function verified(question: EvidenceQuestion): Promise<EvidenceAssessment> {
  const worker = new Worker('/assets/evidence-worker.js');
  return new Promise<EvidenceAssessment>((done, fail) => {
    worker.onmessage = ({ data }: MessageEvent<EvidenceAssessment>) => done(data);
    worker.onerror = () => fail(new Error('the verifier did not start'));
    worker.postMessage(question);
  }).finally(() => worker.terminate());
}

/** @param heads that came with it */
export function Evidence({ text, heads: given }: { text: string; heads: readonly string[] }) {
  const { say } = useLanguage();
  const [heads, setHeads] = useState(given.join('\n'));
  const [found, setFound] = useState<EvidenceAssessment>();
  const check = async (tokens: readonly string[]): Promise<void> => {
    setFound(undefined);
    await Promise.all([deviceTrust.open(), learnWords()]);
    setFound(await verified({ text, heads: tokens, trust: deviceTrust.trust }));
  };
  useEffect(() => {
    setHeads(given.join('\n'));
    void check(given);
  }, [text, given]);
  const takeFiles = async (files: readonly File[]): Promise<void> => {
    const tokens = [...linesOf(heads), ...(await Promise.all(files.map((file) => file.text()))).flatMap(linesOf)];
    setHeads(tokens.join('\n'));
    await check(tokens);
  };
  return (
    <article class="result sheet evidence" aria-label={say(EVIDENCE.title)} aria-busy={found === undefined}>
      {found ? <HeadlineBand headline={headlineOf(found)} focus /> : <p role="status">{say(EVIDENCE.checking)}</p>}
      <form class="evidence-heads" onSubmit={(event) => { event.preventDefault(); void check(linesOf(heads)); }}>
        <label for="evidence-heads">{say(EVIDENCE.heads)}</label>
        <p class="hint" id="evidence-heads-hint">{say(EVIDENCE.headsHint)}</p>
        <textarea id="evidence-heads" rows={2} value={heads} spellcheck={false} autocomplete="off" aria-describedby="evidence-heads-hint" onInput={(event) => setHeads(event.currentTarget.value)} />
        <p class="actions-row">
          <button type="submit" class="button">{say(EVIDENCE.again)}</button>
          <label class="button file-button"><input type="file" multiple accept=".head,.txt,text/plain" onChange={(event) => void takeFiles([...(event.currentTarget.files ?? [])])} />{say(EVIDENCE.headsFile)}</label>
          <button type="button" class="button" onClick={() => print()}>{say(EVIDENCE.print)}</button>
        </p>
      </form>
      {found && <Parts found={found} />}
      {found?.shown && <Shown shown={found.shown} />}
      {found && found.limits.length > 0 && (
        <section>
          <h3>{say(EVIDENCE.limits)}</h3>
          <ul class="evidence-limits">{found.limits.map((code) => <li key={code}>{say(messageOf(code))}</li>)}</ul>
        </section>
      )}
    </article>
  );
}

function headlineOf({ outcome, parts }: EvidenceAssessment): Headline {
  const wrong = parts.find(({ result }) => result === (outcome === 'untrusted' ? 'fail' : 'unchecked'));
  const [tone, icon] = outcome === 'proven' ? ['good', 'check'] as const : outcome === 'untrusted' ? ['bad', 'cross'] as const : ['unknown', 'question'] as const;
  return { words: messageOf(`evidence-${outcome}`), advice: outcome === 'proven' || !wrong ? messageOf('LIMIT_RECORDED') : messageOf(wrong.code), tone, icon };
}

function Parts({ found }: { found: EvidenceAssessment }) {
  const { say } = useLanguage();
  return (
    <section class="parts">
      <h3>{say(VERIFY.parts)}</h3>
      <ul>
        {found.parts.map(({ part, result, code, where }, i) => (
          <li key={i} class={`part part-${result}`}>
            <Icon name={SIGNS[result]} size={22} />
            <span class="part-check">{say(messageOf(`evidence-${part}`))}</span>
            <span class="part-words"><span class="part-result">{say(VERIFY[result])}</span>{say(messageOf(code))}{where !== undefined && <code> {where}</code>}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

const named = ({ name, code }: { name: string; code: string }): string => (name === code ? code : `${name} ${code}`);

function Shown({ shown }: { shown: ShownEvidence }) {
  const { say, language } = useLanguage();
  const { kind, identifier, issuer, manager, versions, events, seals, face, uses } = shown;
  const blocks = new Map(shown.transactions.map(({ txId, block }) => [txId, block]));
  const day = (value: string | undefined) => (value === undefined ? say(EVIDENCE.noEnd) : dayText(value, language));
  return (
    <section>
      <h3>{say(EVIDENCE.says)}</h3>
      {kind.sample && <p class="sample-mark">样例 非有效证照</p>}
      <dl class="particulars">
        <div><dt>{say(EVIDENCE.kind)}</dt><dd>{say(kind.name)}</dd></div>
        <div><dt>{say(EVIDENCE.identifier)}</dt><dd class="evidence-code">{identifier}</dd></div>
        <div><dt>{say(EVIDENCE.issuer)}</dt><dd>{named(issuer)}</dd></div>
        <div><dt>{say(EVIDENCE.manager)}</dt><dd>{named(manager)}</dd></div>
        {versions.map(({ version, status, validFrom, validUntil, issuedOn }) => <div key={version}><dt>{say(EVIDENCE.version)} {version}</dt><dd>{say(messageOf(status))}{say(COMMON.comma)}{say(EVIDENCE.term)} {day(validFrom ?? issuedOn)} – {day(validUntil)}</dd></div>)}
        {seals.map(({ id, seal, ...of }) => <div key={id}><dt>{say(EVIDENCE.seals)}</dt><dd>{seal}{say(COMMON.comma)}{named(of)}</dd></div>)}
      </dl>
      {face.length > 0 && <><h4>{say(EVIDENCE.face)}</h4><dl class="particulars">{face.map(({ name, label, value }) => <div key={name}><dt>{say(label)}</dt><dd>{typeof value === 'string' ? value : value.join('；')}</dd></div>)}</dl></>}
      <h4>{say(EVIDENCE.events)}</h4>
      <ol class="evidence-events">
        {events.map(({ seq, status, act, reason, docNo, effectiveOn, recordedAt, txId }) => <li key={seq}><strong>{say(messageOf(act))} → {say(messageOf(status))}</strong> {reason}{docNo === undefined ? '' : ` ${docNo}`}{say(COMMON.comma)}{say(EVIDENCE.effective)} {dayText(effectiveOn, language)}{say(COMMON.comma)}{say(EVIDENCE.recorded)} {instantText(recordedAt, language)}{say(COMMON.comma)}{say(EVIDENCE.block)} {blocks.get(txId)}</li>)}
      </ol>
      {uses.length > 0 && <><h4>{say(EVIDENCE.uses)}</h4><ul>{uses.map(({ seq, at, agency, act, purpose, fields }) => <li key={seq}>{instantText(at, language)} {agency} {act} {purpose} {fields.join(', ')}</li>)}</ul></>}
      <Standing shown={shown} />
    </section>
  );
}

/** Who signed what: the part that is read in a dispute. */
function Standing({ shown: { ledger, organisations, attesting, maker, kept, transactions, chain } }: { shown: ShownEvidence }) {
  const { say, language } = useLanguage();
  return (
    <>
      <h4>{say(EVIDENCE.who)}</h4>
      <dl class="particulars">
        <div><dt>{say(VERIFY.ledgerName)}</dt><dd class="evidence-code">{ledger}</dd></div>
        <div><dt>{say(EVIDENCE.organisations)}</dt><dd>{organisations.join(', ')}</dd></div>
        <div><dt>{say(EVIDENCE.attesting)}</dt><dd>{attesting.join(', ') || '–'}</dd></div>
        {maker && <div><dt>{say(EVIDENCE.maker)}</dt><dd>{named(maker)}{say(COMMON.comma)}{instantText(maker.at, language)}</dd></div>}
        {kept && <div><dt>{say(EVIDENCE.kept)}</dt><dd>{say(EVIDENCE.block)} {kept.block}{say(COMMON.comma)}{kept.agency}{say(COMMON.comma)}{instantText(kept.at, language)}</dd></div>}
      </dl>
      <details class="technical">
        <summary>{say(EVIDENCE.transactions)} ({say(EVIDENCE.block)} {chain.from}–{chain.to})</summary>
        <dl>{transactions.map(({ block, tx, txId, at, sender, endorsers }) => <div key={txId}><dt>{say(EVIDENCE.block)} {block}.{tx}</dt><dd>{instantText(at, language)}{say(COMMON.comma)}{say(EVIDENCE.sender)} {sender}{say(COMMON.comma)}{say(EVIDENCE.endorsed)} {endorsers.join(', ')} <code>{txId}</code></dd></div>)}</dl>
      </details>
    </>
  );
}

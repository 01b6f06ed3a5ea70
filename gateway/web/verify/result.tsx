/** What came of a question: a verdict, or that no answer came, which is not a verdict. */
import type { GivenFile } from '../../documents/presented.js';
import { isUnreachable, type Problem } from '../api.js';
import { dayText, instantText } from '../format.js';
import { useLanguage } from '../language.js';
import { Certificate, type DrawnFace } from '../licence/certificate.js';
import { Conditions } from '../licence/conditions.js';
import { Members } from '../licence/members.js';
import { Link } from '../router.js';
import type { Answer, PdfView } from '../types.js';
import { COMMON } from '../words/common.js';
import { LICENCE } from '../words/licence.js';
import { VERIFY } from '../words/verify.js';
import { headlineOf, UNREACHABLE } from './headline.js';
import { ErasedNote, Particulars, StatusReason, useRoleValue } from './particulars.js';
import { AskReceipt } from './receipt.js';
import { HeadlineBand, PartsList } from './verdict.js';

/** @param way how it was presented, for a receipt */
export function Result({ answer, level = 2, way }: { answer: Answer; level?: 1 | 2; way?: GivenFile['by'] }) {
  const { say } = useLanguage();
  const { licence, verdict, document } = answer;
  const trusted = verdict.outcome !== 'untrusted';
  const old = licence !== undefined && licence.identifier !== licence.currentIdentifier;
  return (
    <article class="result sheet" aria-label={say(VERIFY.result)}>
      <HeadlineBand headline={headlineOf(verdict)} focus level={level}>
        {trusted && (licence ?? document?.kind)?.sample === true && <p class="sample-mark">{say(LICENCE.sample)}</p>}
        {licence && trusted && <StatusReason licence={licence} />}
        {licence && <ErasedNote licence={licence} />}
      </HeadlineBand>
      {answer.by === 'qr' && trusted && <Compare answer={answer} />}
      {trusted && <Content answer={answer} />}
      {licence && trusted && (
        <p class="actions-row">
          <Link class="button" to={`/l/${licence.identifier}`}>{say(VERIFY.open)}</Link>
          {old && <Link class="button" to={`/l/${licence.currentIdentifier}`}>{say(VERIFY.openCurrent)}</Link>}
        </p>
      )}
      <PartsList answer={answer} />
      {trusted && <AskReceipt answer={answer} way={way === 'number' ? way : answer.by === 'presentation' ? 'credential' : answer.by} />}
    </article>
  );
}

/** What nobody's signature was found good on is not spread out as if it were known. */
function Content({ answer }: { answer: Answer }) {
  const { licence, document, pdf } = answer;
  const told = licence !== undefined || isSigned(answer);
  return (
    <>
      {document && document.face.length > 0 ? <FaceInside answer={answer} /> : told && <Particulars answer={answer} />}
      {told && <Members licence={licence} document={document} />}
      {told && <Conditions conditions={licence?.conditions} />}
      {pdf && <PdfFacts pdf={pdf} />}
    </>
  );
}

const isSigned = ({ verdict }: Answer): boolean => verdict.parts.some(({ check, result }) => check === 'signature' && result === 'pass');

/** The one check that only a person at the place can make. The name is the one that the seal has signed. */
function Compare({ answer }: { answer: Answer }) {
  const { say } = useLanguage();
  const { licence, document } = answer;
  const role = useRoleValue(licence);
  const name = document?.displayName ?? role('holder-name') ?? say(licence?.kind.name ?? document?.kind.name ?? VERIFY.kind);
  const address = role('address');
  return (
    <section class="compare" aria-label={say(VERIFY.compare)}>
      {!isSigned(answer) && <p class="fine">{say(VERIFY.nameUnchecked)}</p>}
      <p class="compare-name">{name}</p>
      {address !== undefined && <p class="compare-address">{address}</p>}
      <p class="compare-ask"><strong>{say(address === undefined ? VERIFY.compareName : VERIFY.compare)}</strong></p>
      <p class="fine">{say(VERIFY.compareWhy)}</p>
    </section>
  );
}

/** A credential carries its face: it is shown, never what is drawn around it. */
function FaceInside({ answer }: { answer: Answer }) {
  const { say } = useLanguage();
  const { document, verdict } = answer;
  if (!document) return null;
  const { kind, issuer, validFrom, validUntil, face, identifier } = document;
  const drawn: DrawnFace = {
    kind, issuer, origin: 'issued', sample: kind.sample, status: verdict.status ?? 'VALID', face, identifier,
    ...(validFrom === undefined ? {} : { validFrom }), ...(validUntil === undefined ? {} : { validUntil }),
  };
  return (
    <>
      <Certificate licence={drawn} outcome={verdict.outcome} />
      <p class="fine">{say(answer.by === 'presentation' ? VERIFY.chosen : VERIFY.fromCredential)}</p>
    </>
  );
}

/** Who has sealed the file and when, and what a copy may be used for. */
function PdfFacts({ pdf: { seals, stampedAt, purpose } }: { pdf: PdfView }) {
  const { say, language } = useLanguage();
  return (
    <dl class="particulars">
      {purpose && <div><dt>{say(VERIFY.copyFor)}</dt><dd>{purpose.cause}{say(COMMON.comma)}{purpose.requester}</dd></div>}
      {purpose && <div><dt>{say(VERIFY.copyUntil)}</dt><dd>{dayText(purpose.expiresOn, language)}</dd></div>}
      {seals.map(({ agency, claimedAt, stampedAt: stamped }, i) => <div key={i}><dt>{say(VERIFY.sealedBy)}</dt><dd>{agency?.name ?? say(VERIFY.sealedByUnknown)}{say(COMMON.comma)}{instantText(stamped ?? claimedAt, language)}</dd></div>)}
      {stampedAt.map((at) => <div key={at}><dt>{say(VERIFY.timeStamp)}</dt><dd>{instantText(at, language)}</dd></div>)}
    </dl>
  );
}

/** @returns the band for a question that got no answer; undefined where the fault lies in what was asked. */
export function NoAnswer({ problem, retry, level = 2 }: { problem: Problem; retry: () => void; level?: 1 | 2 }) {
  const { say } = useLanguage();
  if (!isUnreachable(problem)) return null;
  return (
    <article class="result sheet">
      <HeadlineBand headline={UNREACHABLE} focus level={level}><p class="fine">{say(problem.words)}</p></HeadlineBand>
      <p class="actions-row"><button type="button" class="primary" onClick={retry}>{say(COMMON.retry)}</button></p>
    </article>
  );
}

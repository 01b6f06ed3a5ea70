/** The face drawn like the paper one: title, label and value rows, seal over agency and date. No national emblem. */
import { STATUS_WORDS } from '../../messages/statuses.js';
import { dayText, fitOf, termText } from '../format.js';
import { useLanguage } from '../language.js';
import type { KindRecord, LicenceView, Verdict } from '../types.js';
import { useKept } from '../fetched.js';
import { LICENCE } from '../words/licence.js';
import { VERIFY } from '../words/verify.js';
import { useAgencyName } from '../verify/particulars.js';
import { Seal } from './seal.js';

/** What is drawn: of a licence as a gateway shows it, or of a credential that was checked here. */
export type DrawnFace = Pick<LicenceView, 'kind' | 'issuer' | 'origin' | 'source' | 'sample' | 'status' | 'validFrom' | 'validUntil' | 'face' | 'identifier'> & Partial<Pick<LicenceView, 'issuedOn'>>;

/** @param qr where the reader may see the code that is printed on the paper */
export function Certificate({ licence, outcome, qr }: { licence: DrawnFace; outcome: Verdict['outcome']; qr?: string | undefined }) {
  const { say, language } = useLanguage();
  const role = useRoles(licence);
  const imported = licence.origin === 'imported';
  const numbers = licence.face.filter(({ name }) => role(name) === 'number');
  const rows = licence.face.filter(({ name }) => role(name) !== 'number');
  // A picture of the face must not pass for more than the verdict says.
  const status = outcome === 'unchecked' ? VERIFY.unchecked : licence.status === 'VALID' ? undefined : STATUS_WORDS[licence.status as keyof typeof STATUS_WORDS];
  return (
    <section class={`certificate${imported ? ' certificate-imported' : ''}`} aria-label={say(LICENCE.face)}>
      <div class="certificate-frame">
        {imported && <ImportedBanner licence={licence} />}
        <h2 class="certificate-title">{say(licence.kind.name)}</h2>
        <dl class="certificate-numbers">
          {numbers.map(({ name, label, value }) => <div key={name}><dt>{say(label)}</dt><dd>{value}</dd></div>)}
        </dl>
        <dl class="certificate-rows">
          {rows.map(({ name, label, value, masked }) => {
            const text = typeof value === 'string' ? value : value.join('；');
            return <div key={name} class={`fit-${fitOf(text)}`}><dt>{say(label)}</dt><dd>{masked ? <span>{text}</span> : dayText(text, language)}</dd></div>;
          })}
          <div><dt>{say(LICENCE.term)}</dt><dd>{termText(licence.validFrom, licence.validUntil, language)}</dd></div>
        </dl>
        <div class="certificate-foot">
          {qr !== undefined && <img class="certificate-qr" src={qr} alt={say(LICENCE.qr)} width="132" height="132" />}
          <div class="certificate-issuer">
            <p class="certificate-agency">{licence.issuer.name}</p>
            {licence.issuedOn !== undefined && <p>{dayText(licence.issuedOn, language)}</p>}
            {!imported && <Seal name={licence.issuer.name} words={LICENCE.sealWords.zh} title={say(LICENCE.sealName)} />}
          </div>
        </div>
        <p class="certificate-identifier"><span>{say(LICENCE.identifier)}</span> <code>{licence.identifier}</code></p>
      </div>
      {status && <p class="certificate-stamp" aria-hidden="true">{say(status)}</p>}
      {licence.sample && <Watermark />}
    </section>
  );
}

function ImportedBanner({ licence }: { licence: DrawnFace }) {
  const { say } = useLanguage();
  const agencyName = useAgencyName();
  return (
    <div class="imported-banner">
      <p><strong>{say(LICENCE.imported)}</strong>{licence.source !== undefined && <> · {say(LICENCE.importedFrom)} {agencyName(licence.source)}</>}</p>
      <p>{say(LICENCE.importedNote)}</p>
    </div>
  );
}

/** Over everything, so that no part of a sample can be cut out and shown as a licence. */
export function Watermark() {
  const { say } = useLanguage();
  return (
    <>
      <p class="hidden-words">{say(LICENCE.sampleNote)}</p>
      <div class="watermark" aria-hidden="true">{Array.from({ length: 40 }, (_, i) => <span key={i}>{LICENCE.sample.zh}</span>)}</div>
    </>
  );
}

function useRoles(licence: DrawnFace): (name: string) => string | undefined {
  const kinds = useKept<readonly KindRecord[]>('/api/kinds');
  const fields = kinds?.find(({ type }) => type === licence.kind.type)?.fields;
  return (name) => (fields ? fields.find((field) => field.name === name)?.role : name === 'number' ? 'number' : undefined);
}

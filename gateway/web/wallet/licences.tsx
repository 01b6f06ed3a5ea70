/** The holder's licences as they stand now; opened, one shows its face, the code of the paper, and the sealed PDF. */
import { useState } from 'preact/hooks';
import { useLanguage } from '../language.js';
import { termText } from '../format.js';
import { Certificate } from '../licence/certificate.js';
import { CopyForm } from '../licence/copy-form.js';
import { Loading, ProblemNotice } from '../notice.js';
import { Link } from '../router.js';
import type { OwnLicence } from '../types.js';
import { headlineOf } from '../verify/headline.js';
import { StatusReason } from '../verify/particulars.js';
import { COMMON } from '../words/common.js';
import { LICENCE } from '../words/licence.js';
import { SHOW } from '../words/presentation.js';
import { WALLET } from '../words/wallet.js';
import { Objections } from './objections.js';
import { may, pathFor, useOwn, type Opened } from './wallet.js';

export function Licences({ opened }: { opened: Opened }) {
  const { say } = useLanguage();
  const { rows, problem, reload } = useOwn<OwnLicence>(opened, 'licences');
  return (
    <section class="sheet">
      <h1 tabIndex={-1}>{say(WALLET.licences)}</h1>
      {opened.reading !== true && rows?.some(({ licence }) => licence?.origin === 'issued') && <p><Link class="button big" to="/wallet/show">{say(SHOW.open)}</Link></p>}
      {problem && <ProblemNotice problem={problem}><button type="button" onClick={reload}>{say(COMMON.retry)}</button></ProblemNotice>}
      {!rows && !problem && <Loading />}
      {rows?.length === 0 && <p>{say(WALLET.noLicences)}</p>}
      {rows?.map((answer) => answer.licence && <Item key={answer.licence.licence} answer={answer} opened={opened} />)}
    </section>
  );
}

const CHIPS = { good: 'valid', held: 'waiting', collected: 'imported', ended: 'ended', bad: 'ended', unknown: 'ended' } as const;

function Item({ answer: { licence, verdict, pickUp }, opened }: { answer: OwnLicence; opened: Opened }) {
  const { say, language } = useLanguage();
  const [open, setOpen] = useState(false);
  if (!licence) return null;
  const { words, advice, tone } = headlineOf(verdict);
  const at = (what: string): string => pathFor(opened, `/api/wallet/licences/${encodeURIComponent(licence.identifier)}/${what}`);
  return (
    <details class="wallet-item" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary><strong>{say(licence.kind.name)}</strong> <span class={`chip chip-${CHIPS[tone]}`}>{say(words)}</span>{pickUp && <> <span class="chip chip-waiting">{say(WALLET.toPickUp)}</span></>}<span class="fine">{licence.issuer.name} · {termText(licence.validFrom, licence.validUntil, language)}</span></summary>
      {/* Nothing is fetched before it is looked at: the code lets whoever sees it read the licence. */}
      {open && (
        <>
          <p>{say(advice)}</p>
          <StatusReason licence={licence} />
          {pickUp && <p class="notice">{say(WALLET.pickUp)} {pickUp.agency.name}<br /><strong class="code">{pickUp.code.slice(0, 4)} {pickUp.code.slice(4)}</strong></p>}
          {licence.origin === 'issued' && <><img class="wallet-qr" src={at('qr.svg')} alt={say(LICENCE.qr)} width="264" height="264" /><p class="fine">{say(WALLET.qrNote)}</p></>}
          <Certificate licence={licence} outcome={verdict.outcome} />
          {may(opened, 'object') && <Objections opened={opened} licence={licence} />}
          {licence.origin === 'issued' && <p class="actions-row"><a class="button" href={at('pdf')}>{say(LICENCE.pdf)}</a></p>}
          {licence.origin === 'issued' && verdict.outcome === 'valid' && opened.reading !== true && opened.scope === undefined && opened.mandate === undefined && <CopyForm licence={licence} from="/api/wallet/licences" />}
        </>
      )}
    </details>
  );
}

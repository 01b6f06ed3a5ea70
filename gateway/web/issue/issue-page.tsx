/** The issue door: the agency's licences, newest first. */
import { useState } from 'preact/hooks';
import { STATUS_WORDS } from '../../messages/statuses.js';
import { dayText } from '../format.js';
import { useLanguage, useTitle } from '../language.js';
import { Loading } from '../notice.js';
import { Paged } from '../paged.js';
import { Link } from '../router.js';
import { keepsSeals, mayAct, seesAlarms, useSession } from '../session.js';
import type { LicenceView } from '../types.js';
import { ALARMS } from '../words/alarms.js';
import { ISSUE } from '../words/issue.js';
import { OBJECTION } from '../words/objections.js';
import { REPORT } from '../words/reports.js';
import { PROPOSALS } from '../words/signing.js';
import { useRoleValue } from '../verify/particulars.js';
import { KindFilter } from './kind-filter.js';
import { SignIn } from './sign-in.js';

type Row = LicenceView & { readonly cursor: string };

export function IssuePage() {
  const { say } = useLanguage();
  useTitle(say(ISSUE.title));
  const { session, ready } = useSession();
  if (!ready) return <section class="sheet"><Loading /></section>;
  if (!session) return <SignIn />;
  return (
    <section class="sheet">
      <div class="title-row">
        <div><h1 tabIndex={-1}>{say(ISSUE.title)}</h1><p class="fine">{session.agencyName}</p></div>
        {mayAct(session) ? <div class="action-buttons"><Link class="button primary" to="/issue/new">{say(ISSUE.create)}</Link><Link class="button" to="/issue/proposals">{say(PROPOSALS.title)}</Link><Link class="button" to="/issue/pairing">{say(ISSUE.pairing)}</Link><Link class="button" to="/issue/identity">{say(ISSUE.identity)}</Link><Link class="button" to="/issue/work">{say(ISSUE.work)}</Link><Link class="button" to="/issue/traces">{say(ISSUE.traces)}</Link><Link class="button" to="/issue/objections">{say(OBJECTION.title)}</Link><Link class="button" to="/issue/centre">{say(ISSUE.centre)}</Link><Link class="button" to="/issue/terms">{say(ISSUE.terms)}</Link><Link class="button" to="/issue/erasures">{say(ISSUE.erasures)}</Link>{keepsSeals(session) && <Link class="button" to="/issue/report">{say(REPORT.title)}</Link>}</div> : <div><p class="fine">{say(ISSUE.mayNot)}</p>{keepsSeals(session) && <Link class="button" to="/issue/report">{say(REPORT.title)}</Link>}</div>}
        {seesAlarms(session) && <div class="action-buttons"><Link class="button" to="/issue/alarms">{say(ALARMS.title)}</Link></div>}
      </div>
      <LicenceList key={session.agency} />
    </section>
  );
}

function LicenceList() {
  const [kind, setKind] = useState('');
  return (
    <>
      <KindFilter kind={kind} change={setKind} />
      <Paged path="/api/licences" name="licences" filter={['kind', kind]} none={ISSUE.empty} more={ISSUE.more} item={(row: Row) => <LicenceRow key={row.cursor} row={row} />} />
    </>
  );
}

function LicenceRow({ row }: { row: Row }) {
  const { say, language } = useLanguage();
  const role = useRoleValue(row);
  const status = STATUS_WORDS[row.status as keyof typeof STATUS_WORDS] ?? { zh: row.status, en: row.status };
  return (
    <li>
      <Link to={`/l/${row.identifier}`} class="licence-row">
        <span class="licence-holder">{role('holder-name') ?? say(row.erased ? ISSUE.erasedFace : ISSUE.noFace)}</span>
        <span class="licence-kind">{say(row.kind.name)}</span>
        <span class="licence-number">{role('number') ?? ''}</span>
        <span class="licence-day">{say(ISSUE.issuedOn)} {dayText(row.issuedOn, language)}</span>
        <span class={`chip chip-${row.origin === 'imported' ? 'imported' : row.status.toLowerCase()}`}>{row.origin === 'imported' && `${say(ISSUE.imported)} · `}{say(status)}</span>
      </Link>
    </li>
  );
}

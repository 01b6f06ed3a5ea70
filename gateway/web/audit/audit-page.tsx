/** The audit door: acts, uses, work that fallen licences leave, charts; and one licence from its first day on. */
import { Loading } from '../notice.js';
import { useLanguage, useTitle } from '../language.js';
import { Link } from '../router.js';
import { isAuditor, seesAlarms, useSession } from '../session.js';
import { SignIn } from '../issue/sign-in.js';
import { ALARMS } from '../words/alarms.js';
import { AUDIT } from '../words/audit.js';
import { REPORT } from '../words/reports.js';
import { Dossier } from './dossier.js';
import { FiguresView } from './figures.js';
import { Heads } from './heads.js';
import { HolderForm } from './holder-form.js';
import { Reports } from './report-page.js';
import { Search } from './search.js';
import { AuditTraces } from './traces.js';
import { Uses } from './uses.js';

const PARTS = [{ to: '/audit', word: AUDIT.acts }, { to: '/audit/uses', word: AUDIT.uses }, { to: '/audit/traces', word: AUDIT.traces }, { to: '/audit/figures', word: AUDIT.figures }, { to: '/audit/report', word: REPORT.title }, { to: '/audit/heads', word: AUDIT.heads }] as const;

/** @param part of the address @param identifier of the licence, under `l` */
export function AuditPage({ part, identifier }: { part: string; identifier: string | undefined }) {
  const { say } = useLanguage();
  const shown = PARTS.find(({ to }) => to === (part === '' ? '/audit' : `/audit/${part}`));
  useTitle(say(shown?.word ?? AUDIT.history));
  const { session, ready } = useSession();
  if (!ready) return <section class="sheet"><Loading /></section>;
  if (!session) return <SignIn />;
  // An alarm leads registrars there.
  if (part === 'heads' && !isAuditor(session) && seesAlarms(session)) return <Heads />;
  if (!isAuditor(session)) return <section class="sheet"><h1 tabIndex={-1}>{say(AUDIT.title)}</h1><p>{say(AUDIT.mayNot)}</p></section>;
  return (
    <>
      <nav class="audit-parts" aria-label={say(AUDIT.sections)}>{PARTS.map(({ to, word }) => <Link key={to} to={to} class="button" {...(shown?.to === to ? { 'aria-current': 'page' as const } : {})}>{say(word)}</Link>)}<Link to="/issue/alarms" class="button">{say(ALARMS.title)}</Link></nav>
      {identifier !== undefined ? <Dossier key={identifier} identifier={identifier} /> : part === 'uses' ? <Uses /> : part === 'traces' ? <AuditTraces /> : part === 'figures' ? <FiguresView /> : part === 'report' ? <Reports session={session} /> : part === 'heads' ? <Heads /> : <><Search agencyName={session.agencyName} /><HolderForm /></>}
    </>
  );
}

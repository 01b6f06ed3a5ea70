/** Which page belongs to which address. */
import { HomePage } from './home.js';
import { LanguageProvider, useLanguage, useTitle } from './language.js';
import { Layout } from './layout.js';
import { LicencePage } from './licence/licence-page.js';
import { Link, useLocation } from './router.js';
import { SessionProvider } from './session.js';
import { lazily } from './lazily.js';
import { ScannedPage } from './verify/scanned-page.js';
import { VerifyPage } from './verify/verify-page.js';
import { COMMON } from './words/common.js';

const IssuePage = lazily(async () => (await import('./office.js')).IssuePage);
const NewLicencePage = lazily(async () => (await import('./office.js')).NewLicencePage);
const ProposalsPage = lazily(async () => (await import('./office.js')).ProposalsPage);
const AccountPage = lazily(async () => (await import('./office.js')).AccountPage);
const JobsPage = lazily(async () => (await import('./office.js')).JobsPage);
const JobPage = lazily(async () => (await import('./office.js')).JobPage);
const StaffPage = lazily(async () => (await import('./office.js')).StaffPage);
const ApplicationsPage = lazily(async () => (await import('./office.js')).ApplicationsPage);
const NewApplicationPage = lazily(async () => (await import('./office.js')).NewApplicationPage);
const ApplicationPage = lazily(async () => (await import('./office.js')).ApplicationPage);
const IdentityPage = lazily(async () => (await import('./office.js')).IdentityPage);
const PairingPage = lazily(async () => (await import('./office.js')).PairingPage);
const ErasuresPage = lazily(async () => (await import('./office.js')).ErasuresPage);
const WalletPage = lazily(async () => (await import('./wallet/wallet-page.js')).WalletPage);
const AlarmsPage = lazily(async () => (await import('./office.js')).AlarmsPage);
const WorkPage = lazily(async () => (await import('./office.js')).WorkPage);
const ObjectionsPage = lazily(async () => (await import('./office.js')).ObjectionsPage);
const TracesPage = lazily(async () => (await import('./office.js')).TracesPage);
const ReportPage = lazily(async () => (await import('./office.js')).ReportPage);
const AuditPage = lazily(async () => (await import('./office.js')).AuditPage);
const CentrePage = lazily(async () => (await import('./office.js')).CentrePage);
const TermsPage = lazily(async () => (await import('./office.js')).TermsPage);
const SealsPage = lazily(async () => (await import('./office.js')).SealsPage);

export function App() {
  return <LanguageProvider><SessionProvider><Layout><Page /></Layout></SessionProvider></LanguageProvider>;
}

function Page() {
  const { path, hash } = useLocation();
  const [, first = '', ...rest] = path.replace(/\/$/, '').split('/');
  const [second = '', third] = rest;
  switch (first) {
    case '': return <HomePage />;
    case 'verify': return <VerifyPage />;
    case 'q': case 'd': return <ScannedPage key={hash} hash={hash} />;
    case 'l': return <LicencePage key={second} identifier={decodeURIComponent(second)} />;
    case 'wallet': return ['', 'show', 'grants', 'log', 'applications', 'people'].includes(second) && third === undefined ? <WalletPage section={second} /> : <MissingPage />;
    // The link that an agency hands out with its request; what is asked for lies in the wallet.
    case 'grant': return <WalletPage section="grants" />;
    case 'audit': return ['', 'uses', 'traces', 'figures', 'report', 'heads'].includes(second) && third === undefined ? <AuditPage part={second} identifier={undefined} /> : second === 'l' && third !== undefined ? <AuditPage part="l" identifier={decodeURIComponent(third)} /> : <MissingPage />;
    case 'issue': return officePage(second, third);
    default: return <MissingPage />;
  }
}

/** The pages behind a sign-in of staff. */
function officePage(second: string, third: string | undefined) {
  if (second === '') return <IssuePage />;
  if (second === 'account') return <AccountPage />;
  if (second === 'staff') return <StaffPage />;
  if (second === 'pairing') return <PairingPage />;
  if (second === 'identity') return <IdentityPage />;
  if (second === 'erasures') return <ErasuresPage />;
  if (second === 'alarms') return <AlarmsPage />;
  if (second === 'work') return <WorkPage />;
  if (second === 'objections') return <ObjectionsPage />;
  if (second === 'traces') return <TracesPage />;
  if (second === 'report') return <ReportPage />;
  if (second === 'centre') return <CentrePage />;
  if (second === 'terms') return <TermsPage />;
  if (second === 'seals') return <SealsPage />;
  if (second === 'proposals') return <ProposalsPage />;
  if (second === 'new') return <NewLicencePage />;
  if (second === 'applications') return third === undefined ? <ApplicationsPage /> : third === 'new' ? <NewApplicationPage /> : <ApplicationPage key={third} id={third} />;
  if (second === 'jobs') return third === undefined ? <JobsPage /> : <JobPage key={third} id={third} />;
  return <MissingPage />;
}

function MissingPage() {
  const { say } = useLanguage();
  useTitle(say(COMMON.pageMissing));
  return <section class="sheet"><h1 tabIndex={-1}>{say(COMMON.pageMissing)}</h1><p>{say(COMMON.pageMissingHelp)}</p><p><Link to="/">{say(COMMON.home)}</Link></p></section>;
}

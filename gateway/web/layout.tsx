/** The frame of every page: name, sections, language, who is signed in. */
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { useKept } from './fetched.js';
import { Icon } from './icons.js';
import { SignIn } from './issue/sign-in.js';
import { useLanguage } from './language.js';
import { ProblemNotice } from './notice.js';
import { Link, useLocation } from './router.js';
import { isAuditor, isRegistrar, keepsSeals, mayAct, useSession } from './session.js';
import { COMMON } from './words/common.js';

export function Layout({ children }: { children: ComponentChildren }) {
  const { say } = useLanguage();
  const { path, moved } = useLocation();
  const { expired, stuck } = useSession();
  const main = useRef<HTMLElement>(null);
  const demo = useKept<{ demo: boolean }>('/api/ledger')?.demo === true;
  // After a change of page the reader's place is its heading; at the first load it stays where the browser puts it.
  useLayoutEffect(() => {
    if (moved) main.current?.querySelector<HTMLElement>('h1')?.focus();
  }, [path]);
  const skip = (event: Event) => {
    event.preventDefault();
    main.current?.focus();
  };
  return (
    <>
      <a class="skip" href="#main" onClick={skip}>{say(COMMON.skip)}</a>
      <Header />
      <main id="main" ref={main} tabIndex={-1}>
        {stuck && <ProblemNotice problem={stuck}><p>{say(COMMON.stillSignedIn)}</p></ProblemNotice>}
        {expired && <SignIn again />}
        {children}
      </main>
      <footer class="foot">
        {demo && <p>{say(COMMON.demo)}</p>}
        <p>{say(COMMON.footer)} <a href="/docs">{say(COMMON.documentation)}</a></p>
      </footer>
    </>
  );
}

function Header() {
  const { say, language, choose } = useLanguage();
  const { path } = useLocation();
  const { session, signOut } = useSession();
  const sections = [{ to: '/verify', word: COMMON.verify }, { to: '/wallet', word: COMMON.wallet }, { to: '/issue', word: COMMON.issue }, ...(mayAct(session) ? [{ to: '/issue/applications', word: COMMON.applications }, { to: '/issue/jobs', word: COMMON.jobs }] : []), ...(isRegistrar(session) ? [{ to: '/issue/staff', word: COMMON.staff }] : []), ...(keepsSeals(session) ? [{ to: '/issue/seals', word: COMMON.seals }] : []), ...(isAuditor(session) ? [{ to: '/audit', word: COMMON.audit }] : [])];
  // The longest address that fits: a page of bulk work is also below the issue door.
  const here = sections.map(({ to }) => to).filter((to) => path === to || path.startsWith(`${to}/`)).sort((a, b) => b.length - a.length)[0];
  const current = (to: string) => (to === here ? { 'aria-current': 'page' as const } : {});
  return (
    <header class="head">
      <div class="head-inner">
        <Link to="/" class="brand"><img src="/assets/icon.svg" alt="" width="32" height="32" /><span>{say(COMMON.name)}</span></Link>
        <nav aria-label={say(COMMON.sections)}>
          {sections.map(({ to, word }) => <Link key={to} to={to} {...current(to)}>{say(word)}</Link>)}
        </nav>
        <div class="head-end">
          {session && <Link to="/issue/account" class="who" aria-label={`${say(COMMON.account)}${say(COMMON.comma)}${session.displayName || session.agencyName}`}><Icon name="person" /><span>{session.displayName || session.agencyName}</span></Link>}
          {session && <button type="button" class="quiet" onClick={() => void signOut()}>{say(COMMON.signOut)}</button>}
          <button type="button" class="quiet" lang={language === 'zh' ? 'en' : 'zh-CN'} onClick={() => choose(language === 'zh' ? 'en' : 'zh')}>{language === 'zh' ? 'English' : '中文'}</button>
        </div>
      </div>
    </header>
  );
}

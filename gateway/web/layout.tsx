/** The frame of every page: name, sections, language, who is signed in. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useKept } from './fetched.js';
import { SignIn } from './issue/sign-in.js';
import { useLanguage } from './language.js';
import { Link, useLocation } from './router.js';
import { mayAct, useSession } from './session.js';
import { COMMON } from './words/common.js';

export function Layout({ children }: { children: ComponentChildren }) {
  const { say } = useLanguage();
  const { path, moved } = useLocation();
  const { expired } = useSession();
  const main = useRef<HTMLElement>(null);
  const demo = useKept<{ demo: boolean }>('/api/ledger')?.demo === true;
  // After a change of page the reader's place is its heading; at the first load it stays where the browser puts it.
  useEffect(() => {
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
  const sections = [{ to: '/verify', word: COMMON.verify }, { to: '/issue', word: COMMON.issue }, ...(mayAct(session) ? [{ to: '/issue/jobs', word: COMMON.jobs }] : [])];
  const current = (to: string) => (path === to || (path.startsWith(`${to}/`) && !(to === '/issue' && path.startsWith('/issue/jobs'))) ? { 'aria-current': 'page' as const } : {});
  return (
    <header class="head">
      <div class="head-inner">
        <Link to="/" class="brand"><img src="/assets/icon.svg" alt="" width="32" height="32" /><span>{say(COMMON.name)}</span></Link>
        <nav aria-label={say(COMMON.sections)}>
          {sections.map(({ to, word }) => <Link key={to} to={to} {...current(to)}>{say(word)}</Link>)}
        </nav>
        <div class="head-end">
          {session && <span class="who" title={session.agencyName}>{session.displayName || session.agencyName}</span>}
          {session && <button type="button" class="quiet" onClick={() => void signOut()}>{say(COMMON.signOut)}</button>}
          <button type="button" class="quiet" lang={language === 'zh' ? 'en' : 'zh-CN'} onClick={() => choose(language === 'zh' ? 'en' : 'zh')}>{language === 'zh' ? 'English' : '中文'}</button>
        </div>
      </div>
    </header>
  );
}

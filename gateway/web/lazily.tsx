/** Pages of staff: their code is loaded when one is opened, so that the first page of everybody else stays light. */
import type { ComponentType } from 'preact';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import { problemOf } from './api.js';
import { useLanguage } from './language.js';
import { Loading, ProblemNotice } from './notice.js';
import { useLocation } from './router.js';
import { COMMON } from './words/common.js';

export function lazily<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let known: ComponentType<P> | undefined;
  return function Lazy(props: P) {
    const { say } = useLanguage();
    const { moved } = useLocation();
    const [state, setState] = useState<'loading' | 'came' | 'failed' | 'known'>(known ? 'known' : 'loading');
    const fetchIt = (): void => {
      setState('loading');
      load().then((page) => {
        known = page;
        setState('came');
      }, () => setState('failed'));
    };
    useEffect(() => {
      if (!known) fetchIt();
    }, []);
    // The frame has looked for the heading before there was one.
    useLayoutEffect(() => {
      if (state === 'came' && moved) document.querySelector<HTMLElement>('main h1')?.focus();
    }, [state]);
    const Page = known;
    if (Page && (state === 'came' || state === 'known')) return <Page {...props} />;
    return <section class="sheet">{state === 'failed' ? <ProblemNotice problem={problemOf('NETWORK')}><button type="button" onClick={fetchIt}>{say(COMMON.retry)}</button></ProblemNotice> : <Loading />}</section>;
  };
}

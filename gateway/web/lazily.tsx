/** A page that few people open: its code is loaded when it is opened, so that the first page of everybody else stays light. */
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { problemOf } from './api.js';
import { useLanguage } from './language.js';
import { Loading, ProblemNotice } from './notice.js';
import { COMMON } from './words/common.js';

export function lazily(load: () => Promise<ComponentType>): ComponentType {
  let known: ComponentType | undefined;
  return function Lazy() {
    const { say } = useLanguage();
    const [state, setState] = useState<'loading' | 'there' | 'failed'>(known ? 'there' : 'loading');
    const fetchIt = (): void => {
      setState('loading');
      load().then((page) => {
        known = page;
        setState('there');
      }, () => setState('failed'));
    };
    useEffect(() => {
      if (!known) fetchIt();
    }, []);
    const Page = known;
    if (state === 'there' && Page) return <Page />;
    return <section class="sheet">{state === 'failed' ? <ProblemNotice problem={problemOf('NETWORK')}><button type="button" onClick={fetchIt}>{say(COMMON.retry)}</button></ProblemNotice> : <Loading />}</section>;
  };
}

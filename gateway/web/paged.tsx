/** Lists that are fetched page by page. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Message } from '../messages.js';
import { call, type Problem } from './api.js';
import { useLanguage } from './language.js';
import { Loading, ProblemNotice } from './notice.js';
import { COMMON } from './words/common.js';

const PAGE = 20;
interface Cursor {
  readonly cursor: string;
}
interface PagedProps<Row> {
  /** Where the rows come from, and under which name. */
  readonly path: string;
  readonly name: string;
  /** Which rows: another choice begins anew. An empty one is no choice. */
  readonly filter: readonly [name: string, value: string];
  /** What the way on is called where the oldest come first: after the last one seen. */
  readonly on?: 'after';
  /** Class of the list. */
  readonly list?: string;
  readonly none: Message;
  readonly more: Message;
  readonly item: (row: Row) => JSX.Element;
}

/** A page that comes after another choice was made is dropped. */
export function Paged<Row extends Cursor>({ path, name, filter: [field, value], on, list = 'licence-list', none, more, item }: PagedProps<Row>) {
  const { say } = useLanguage();
  const [rows, setRows] = useState<readonly Row[]>();
  const [hasMore, setHasMore] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const asked = useRef(0);
  const load = async (before?: Row): Promise<void> => {
    const mine = ++asked.current;
    const query = new URLSearchParams({ limit: String(PAGE), ...(value === '' ? {} : { [field]: value }), ...(before ? { [on ?? 'before']: before.cursor } : {}) });
    const reply = await call<Readonly<Record<string, readonly Row[]>>>(`${path}?${query.toString()}`);
    if (mine !== asked.current) return;
    setProblem(reply.ok ? undefined : reply.problem);
    if (!reply.ok) return;
    const page = reply.value[name] ?? [];
    setRows((earlier) => (before && earlier ? [...earlier, ...page] : page));
    setHasMore(page.length === PAGE);
  };
  useEffect(() => {
    setRows(undefined);
    void load();
  }, [path, field, value]);
  return (
    <>
      {problem && <ProblemNotice problem={problem}><button type="button" onClick={() => void load(rows?.at(-1))}>{say(COMMON.retry)}</button></ProblemNotice>}
      {!rows && !problem && <Loading />}
      {rows?.length === 0 && <p>{say(none)}</p>}
      <ul class={list}>{rows?.map(item)}</ul>
      {hasMore && <button type="button" onClick={() => void load(rows?.at(-1))}>{say(more)}</button>}
    </>
  );
}

/** Answers that a page loads when it opens. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { call, type Problem, type Reply } from './api.js';

export interface Fetched<T> {
  readonly value: T | undefined;
  readonly problem: Problem | undefined;
  readonly loading: boolean;
  readonly reload: () => void;
}

/** @param path undefined: nothing to load yet. An answer that comes after the path has changed is dropped. */
export function useFetched<T>(path: string | undefined): Fetched<T> {
  const [state, setState] = useState<{ path: string | undefined; reply: Reply<T> | undefined }>({ path: undefined, reply: undefined });
  const asked = useRef(0);
  const load = useCallback(() => {
    const mine = ++asked.current;
    if (path !== undefined) void call<T>(path).then((reply) => {
      if (mine === asked.current) setState({ path, reply });
    });
  }, [path]);
  useEffect(load, [load]);
  const reply = state.path === path ? state.reply : undefined;
  return { value: reply?.ok ? reply.value : undefined, problem: reply && !reply.ok ? reply.problem : undefined, loading: path !== undefined && reply === undefined, reload: load };
}

const kept = new Map<string, Promise<Reply<unknown>>>();

/** Catalogue, agencies, codes: the same for everybody and rarely changed, so asked for once. */
export function useKept<T>(path: string): T | undefined {
  const [value, setValue] = useState<T>();
  useEffect(() => {
    const asked = kept.get(path) ?? call(path);
    kept.set(path, asked);
    void asked.then((reply) => {
      if (reply.ok) setValue(() => reply.value as T);
      else kept.delete(path);
    });
  }, [path]);
  return value;
}

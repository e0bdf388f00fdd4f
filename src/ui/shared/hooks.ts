import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Api, RefusalBody } from './api.ts';
import { every, nowMs } from './browserTime.ts';

/** The present instant, anew each interval. */
export function useNow(intervalMs = 1_000): number {
  const [now, setNow] = useState(nowMs);
  useEffect(() => every(intervalMs, () => setNow(nowMs())), [intervalMs]);
  return now;
}

export interface Fetched<T> {
  /** The last that came; it stays while another is fetched, so that a list does not flicker. */
  readonly value?: T;
  readonly refusal?: RefusalBody;
  readonly reload: () => void;
}

/**
 * What the desk answers at a path. A part that shows another subject has another key, or it would show the old one until
 * the new one is there.
 * @param path undefined: nothing is fetched yet
 */
export function useFetched<T>(api: Api, path: string | undefined): Fetched<T> {
  const [state, setState] = useState<{ value?: T; refusal?: RefusalBody }>({});
  const [turn, setTurn] = useState(0);
  const reload = useCallback(() => setTurn((before) => before + 1), []);
  useEffect(() => {
    if (path === undefined) return;
    const aborted = new AbortController();
    void api.get<T>(path, aborted.signal).then((outcome) => {
      if (aborted.signal.aborted) return;
      setState((before) => (outcome.ok ? { value: outcome.value } : { ...before, refusal: outcome.refusal }));
    });
    return () => aborted.abort();
  }, [api, path, turn]);
  return { ...state, reload };
}

/** Calls the newest version of a function, so that whoever holds the result never has to be told of a new one. */
export function useLatest<A extends readonly unknown[]>(run: (...args: A) => void): (...args: A) => void {
  const latest = useRef(run);
  latest.current = run;
  return useCallback((...args: A) => latest.current(...args), []);
}

/** The heading of the window: what the page is about comes first, for tabs and screen readers. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Loadgate desk`;
  }, [title]);
}

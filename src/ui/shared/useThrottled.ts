import { useCallback, useEffect, useRef } from 'preact/hooks';
import { after } from './browserTime.ts';
import { useLatest } from './hooks.ts';

/** Runs at most once in an interval, however often it is called; the last call is never lost. */
export function useThrottled(run: () => void, intervalMs: number): () => void {
  const latest = useLatest(run);
  const state = useRef<{ isResting: boolean; isWanted: boolean; stop: () => void }>({
    isResting: false,
    isWanted: false,
    stop: () => {},
  });
  useEffect(() => () => state.current.stop(), []);
  return useCallback(() => {
    function go(): void {
      state.current.isWanted = false;
      state.current.isResting = true;
      latest();
      state.current.stop = after(intervalMs, () => {
        state.current.isResting = false;
        if (state.current.isWanted) go();
      });
    }
    if (state.current.isResting) state.current.isWanted = true;
    else go();
  }, [latest, intervalMs]);
}

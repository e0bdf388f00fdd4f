import type { LiveEvent } from '../../contract/desk.ts';
import { after, nowMs } from './browserTime.ts';

/** Longer than the desk is ever silent: it speaks every ten seconds. */
const LONGEST_SILENCE_MS = 25_000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 10_000;

export type LiveState =
  | { readonly kind: 'opening' }
  | { readonly kind: 'live' }
  /** Since the last word that came. */
  | { readonly kind: 'lost'; readonly sinceMs: number };

interface LiveOptions {
  readonly path: string;
  readonly onEvent: (event: LiveEvent) => void;
  readonly onState: (state: LiveState) => void;
  /** At the beginning and after a gap: what was missed has to be fetched. */
  readonly onGap: () => void;
}

/**
 * Listens to the desk until the returned function is called. A connection that breaks, or that is silent for too long
 * without breaking, is opened again; meanwhile the state says since when nothing is live.
 */
export function listenLive({ path, onEvent, onState, onGap }: LiveOptions): () => void {
  let source: EventSource | undefined;
  let stopTimer = () => {};
  let retryMs = FIRST_RETRY_MS;
  let heardAtMs = nowMs();
  let hasGap = true;

  function open(): void {
    source = new EventSource(path);
    source.onmessage = (message) => {
      heard();
      onEvent(JSON.parse(message.data) as LiveEvent);
    };
    source.onerror = lost;
    watch();
  }

  function heard(): void {
    heardAtMs = nowMs();
    retryMs = FIRST_RETRY_MS;
    watch();
    onState({ kind: 'live' });
    if (hasGap) onGap();
    hasGap = false;
  }

  function watch(): void {
    stopTimer();
    stopTimer = after(LONGEST_SILENCE_MS, lost);
  }

  function lost(): void {
    stopTimer();
    source?.close();
    hasGap = true;
    onState({ kind: 'lost', sinceMs: heardAtMs });
    stopTimer = after(retryMs, open);
    retryMs = Math.min(2 * retryMs, LONGEST_RETRY_MS);
  }

  onState({ kind: 'opening' });
  open();
  return () => {
    stopTimer();
    source?.close();
  };
}

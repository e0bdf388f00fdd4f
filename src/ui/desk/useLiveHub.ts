import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { type LiveState, listenLive } from '../shared/liveStream.ts';
import { withQuery } from '../shared/query.ts';
import type { DeskContext, DeskEvent } from './context.ts';

interface LiveHub {
  readonly live: LiveState;
  readonly isBrokerConnected: boolean;
  readonly listen: DeskContext['listen'];
}

/**
 * One stream for the whole page.
 * @param noticeId whose board is wanted besides
 */
export function useLiveHub(noticeId: string | undefined, wasBrokerConnected: boolean): LiveHub {
  const [live, setLive] = useState<LiveState>({ kind: 'opening' });
  const [isBrokerConnected, setIsBrokerConnected] = useState(wasBrokerConnected);
  const listeners = useRef(new Set<(event: DeskEvent) => void>());
  const listen = useCallback<DeskContext['listen']>((hear) => {
    listeners.current.add(hear);
    return () => listeners.current.delete(hear);
  }, []);

  useEffect(() => {
    const tell = (event: DeskEvent) => {
      for (const hear of listeners.current) hear(event);
    };
    return listenLive({
      path: withQuery('/api/live', { notice: noticeId }),
      onEvent: (event) => {
        if (event.event === 'desk') setIsBrokerConnected(event.isBrokerConnected);
        tell(event);
      },
      // Told at every event: only a change is worth drawing.
      onState: (state) => setLive((before) => (before.kind === state.kind ? before : state)),
      onGap: () => tell({ event: 'gap' }),
    });
  }, [noticeId]);

  return { live, isBrokerConnected, listen };
}

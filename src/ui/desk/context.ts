import { createContext } from 'preact';
import { useContext, useEffect } from 'preact/hooks';
import type { Desk, LiveEvent, Session } from '../../contract/desk.ts';
import type { Api } from '../shared/api.ts';
import { useLatest } from '../shared/hooks.ts';
import type { LiveState } from '../shared/liveStream.ts';

/** `gap`: something may have been missed; what is shown has to be fetched again. */
export type DeskEvent = LiveEvent | { readonly event: 'gap' };

export interface DeskContext {
  readonly api: Api;
  readonly session: Session;
  readonly desk: Desk;
  readonly live: LiveState;
  /** Until the returned function is called. */
  readonly listen: (hear: (event: DeskEvent) => void) => () => void;
}

const Context = createContext<DeskContext | undefined>(undefined);

export const DeskProvider = Context.Provider;

export function useDesk(): DeskContext {
  const found = useContext(Context);
  if (found === undefined) throw new Error('useDesk stands outside of DeskProvider');
  return found;
}

/** Hears every live event while the part is shown. */
export function useLive(hear: (event: DeskEvent) => void): void {
  const { listen } = useDesk();
  const latest = useLatest(hear);
  useEffect(() => listen(latest), [listen, latest]);
}

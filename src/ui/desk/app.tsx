import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import type { Desk, Session } from '../../contract/desk.ts';
import { createApi, type RefusalBody } from '../shared/api.ts';
import { Waiting } from '../shared/parts/words.tsx';
import { usePlace } from '../shared/router.ts';
import { DeskProvider } from './context.ts';
import { LogInPage } from './pages/logInPage.tsx';
import { pageFor } from './pages/pageFor.tsx';
import { Shell } from './shell.tsx';
import { useLiveHub } from './useLiveHub.ts';

type Entry =
  | { readonly kind: 'asking' }
  | { readonly kind: 'loggedOut'; readonly isOver: boolean }
  | { readonly kind: 'failed'; readonly refusal: RefusalBody }
  | { readonly kind: 'in'; readonly session: Session; readonly desk: Desk };

export function App() {
  const [entry, setEntry] = useState<Entry>({ kind: 'asking' });
  const api = useMemo(() => createApi(() => setEntry({ kind: 'loggedOut', isOver: true })), []);

  const enter = useCallback(
    async (session: Session) => {
      api.setCsrfToken(session.csrfToken);
      const found = await api.get<Desk>('desk');
      setEntry(
        found.ok ? { kind: 'in', session, desk: found.value } : { kind: 'failed', refusal: found.refusal },
      );
    },
    [api],
  );

  useEffect(() => {
    void api.get<Session>('session').then((found) => {
      if (found.ok) void enter(found.value);
      else if (found.status === 401) setEntry({ kind: 'loggedOut', isOver: false });
      else setEntry({ kind: 'failed', refusal: found.refusal });
    });
  }, [api, enter]);

  async function logOut(): Promise<void> {
    await api.post('logout', {});
    setEntry({ kind: 'loggedOut', isOver: false });
  }

  if (entry.kind === 'loggedOut') return <LogInPage api={api} isOver={entry.isOver} onSession={enter} />;
  if (entry.kind !== 'in') {
    return (
      <main class="alone">
        <Waiting refusal={entry.kind === 'failed' ? entry.refusal : undefined} />
        {entry.kind === 'failed' && (
          <button type="button" class="button" onClick={() => location.reload()}>
            Try again
          </button>
        )}
      </main>
    );
  }
  return <Inside api={api} session={entry.session} desk={entry.desk} onLogOut={logOut} />;
}

interface InsideProps {
  readonly api: ReturnType<typeof createApi>;
  readonly session: Session;
  readonly desk: Desk;
  readonly onLogOut: () => Promise<void>;
}

function Inside({ api, session, desk, onLogOut }: InsideProps) {
  const place = usePlace();
  const [first, second] = place.parts;
  const { live, isBrokerConnected, listen } = useLiveHub(
    first === 'notices' && second !== 'new' ? second : undefined,
    desk.isBrokerConnected,
  );
  const context = useMemo(() => ({ api, session, desk, live, listen }), [api, session, desk, live, listen]);
  return (
    <DeskProvider value={context}>
      <Shell place={place} isBrokerConnected={isBrokerConnected} onLogOut={onLogOut}>
        {pageFor(place)}
      </Shell>
    </DeskProvider>
  );
}

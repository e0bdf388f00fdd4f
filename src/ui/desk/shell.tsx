import type { ComponentChildren } from 'preact';
import { useNow } from '../shared/hooks.ts';
import { clockTime, utcTime } from '../shared/instants.ts';
import type { LiveState } from '../shared/liveStream.ts';
import type { Place } from '../shared/router.ts';
import { useDesk } from './context.ts';
import { ROLE_WORDS } from './logic/words.ts';

const ENTRIES = [
  { path: '/areas', name: 'Areas' },
  { path: '/notices/new', name: 'New notice' },
  { path: '/notices', name: 'Notices' },
  { path: '/reports', name: 'Reports' },
  { path: '/completeness', name: 'Records' },
  { path: '/audit', name: 'Audit' },
] as const;

interface ShellProps {
  readonly place: Place;
  readonly isBrokerConnected: boolean;
  readonly onLogOut: () => void;
  readonly children: ComponentChildren;
}

/** What stands around every page: where one can go, whether it is live, who one is. */
export function Shell({ place, isBrokerConnected, onLogOut, children }: ShellProps) {
  const { session, live } = useDesk();
  return (
    <>
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <header class="bar">
        <a class="product" href="/areas">
          Loadgate <span>desk</span>
        </a>
        <Navigation place={place} />
        <div class="bar-end">
          <LiveMark live={live} />
          <Clock />
          <details class="person">
            <summary>{session.user}</summary>
            <div class="card stack close">
              <p>
                Logged in as <strong>{session.user}</strong>
              </p>
              <p class="muted small">{session.roles.map((role) => ROLE_WORDS[role]).join(', ')}</p>
              <button type="button" class="button" onClick={onLogOut}>
                Log out
              </button>
            </div>
          </details>
        </div>
      </header>
      {live.kind === 'lost' && <LostBand sinceMs={live.sinceMs} />}
      {!isBrokerConnected && (
        <div class="band warn" role="status">
          The message broker is not connected. Nothing can be sent and no answers come in until it is back.
        </div>
      )}
      <main id="content" class="page">
        {children}
      </main>
    </>
  );
}

function Navigation({ place }: { readonly place: Place }) {
  const { session } = useDesk();
  const here = `/${place.parts.join('/')}`;
  const isNew = here === '/notices/new';
  const entries = ENTRIES.filter(({ path }) => path !== '/notices/new' || session.roles.includes('engineer'));
  return (
    <nav class="ways" aria-label="Pages">
      {entries.map(({ path, name }) => {
        const isHere = path === '/notices' ? here.startsWith(path) && !isNew : here.startsWith(path);
        return (
          <a key={path} href={path} aria-current={isHere ? 'page' : undefined}>
            {name}
          </a>
        );
      })}
    </nav>
  );
}

function LiveMark({ live }: { readonly live: LiveState }) {
  const name = live.kind === 'live' ? 'Live' : live.kind === 'opening' ? 'Connecting' : 'Not live';
  return <span class={`live is-${live.kind}`}>{name}</span>;
}

function LostBand({ sinceMs }: { readonly sinceMs: number }) {
  return (
    <div class="band bad" role="alert">
      <span>
        Not live since <time title={utcTime(sinceMs)}>{clockTime(sinceMs)}</time>. The figures below stand as
        they were then; the desk is called again and again.
      </span>
    </div>
  );
}

function Clock() {
  const now = useNow();
  return (
    <time class="clock" title={utcTime(now)}>
      {clockTime(now)}
    </time>
  );
}

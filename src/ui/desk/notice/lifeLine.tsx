import type { Notice } from '../../../contract/desk.ts';
import { duration, percent } from '../../shared/format.ts';
import { useNow } from '../../shared/hooks.ts';
import { Instant } from '../../shared/parts/instant.tsx';
import { lifeOf, progressOf, type Step } from '../logic/life.ts';

const STANDING_WORDS: Readonly<Record<Step['standing'], string>> = {
  done: 'done',
  now: 'here now',
  open: 'still to come',
  left: 'will not come',
};

/** From draft to end, with who did what; and how much of its time is over. */
export function LifeLine({ notice }: { readonly notice: Notice }) {
  return (
    <section class="card stack close" aria-label="Life of the notice">
      <ol class="plain life">
        {lifeOf(notice).map(({ name, standing, by, at }) => (
          <li key={name} class={standing} aria-current={standing === 'now' ? 'step' : undefined}>
            <strong>{name}</strong>
            <span class="hidden-words">, {STANDING_WORDS[standing]}</span>
            <span class="muted small">
              {by !== undefined && <>{by} </>}
              {at !== undefined && <Instant at={at} />}
            </span>
          </li>
        ))}
      </ol>
      {notice.state === 'live' && <TimeLeft notice={notice} />}
    </section>
  );
}

function TimeLeft({ notice }: { readonly notice: Notice }) {
  const now = useNow();
  const progress = progressOf(notice, now);
  if (progress === undefined || notice.endsAt === undefined) return null;
  const leftSeconds = (Date.parse(notice.endsAt) - now) / 1_000;
  return (
    <div class="time-left">
      <div class="progress" aria-hidden="true">
        <span class="progress-part" style={{ width: `${progress * 100}%` }} />
      </div>
      <span class="small">
        {leftSeconds > 0
          ? `Ends by itself in ${duration(leftSeconds)} (${percent(progress, 1)} over)`
          : 'At its end; the last answers come in'}
      </span>
    </div>
  );
}

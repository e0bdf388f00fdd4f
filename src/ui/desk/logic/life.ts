import type { Notice, NoticeState } from '../../../contract/desk.ts';

export interface Step {
  readonly name: string;
  readonly standing: 'done' | 'now' | 'open' | 'left';
  readonly by?: string;
  readonly at?: string;
}

const ORDER: readonly NoticeState[] = ['drafted', 'authorised', 'sending', 'waiting', 'live', 'over'];

/** The life of a notice as steps, with who did what and when. What will never come any more is `left`. */
export function lifeOf(notice: Notice): readonly Step[] {
  const { state, drafted, authorised, sent, publishedAt, startsAt, endsAt, discarded } = notice;
  const has = (step: NoticeState) => ORDER.indexOf(state) >= ORDER.indexOf(step);
  if (discarded !== undefined) {
    return [
      { name: 'Drafted', standing: 'done', ...drafted },
      authorised === undefined
        ? { name: 'Authorised', standing: 'left' }
        : { name: 'Authorised', standing: 'done', ...authorised },
      { name: 'Discarded', standing: 'now', by: discarded.by, at: discarded.at },
    ];
  }
  const begins = startsAt ?? publishedAt;
  return [
    { name: 'Drafted', standing: has('authorised') ? 'done' : 'now', ...drafted },
    { name: 'Authorised', standing: standingOf(state, 'authorised', has), ...authorised },
    {
      name: state === 'sending' ? 'Sending' : 'Sent',
      standing: has('live') ? 'done' : has('sending') ? 'now' : 'open',
      ...(sent === undefined ? {} : { by: sent.by, at: publishedAt ?? sent.at }),
    },
    {
      name: 'In force',
      standing: standingOf(state, 'live', has),
      ...(begins === undefined || !has('sending') ? {} : { at: begins }),
    },
    { name: 'Over', standing: has('over') ? 'now' : 'open', ...(endsAt === undefined ? {} : { at: endsAt }) },
  ];
}

function standingOf(
  state: NoticeState,
  step: NoticeState,
  has: (step: NoticeState) => boolean,
): Step['standing'] {
  if (state === step) return 'now';
  return has(step) ? 'done' : 'open';
}

/** How far it is between its beginning and its end, 0 to 1; nothing while it has no such times. */
export function progressOf(notice: Pick<Notice, 'startsAt' | 'publishedAt' | 'endsAt'>, nowMs: number) {
  const begins = notice.startsAt ?? notice.publishedAt;
  if (begins === undefined || notice.endsAt === undefined) return undefined;
  const [from, until] = [Date.parse(begins), Date.parse(notice.endsAt)];
  return until <= from ? undefined : Math.min(1, Math.max(0, (nowMs - from) / (until - from)));
}

type Action = Notice['possible'][number]['action'];

/** What the person may do with the notice now; the desk says why not. */
export function possibility(notice: Notice, action: Action): { isPossible: boolean; sentence: string } {
  return (
    notice.possible.find((one) => one.action === action) ?? {
      isPossible: false,
      sentence: 'This is not open to you at present.',
    }
  );
}

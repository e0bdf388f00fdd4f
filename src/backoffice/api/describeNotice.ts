import type { Notice, NoticeSummary } from '../../contract/desk.ts';
import { iso } from '../../domain/instant.ts';
import { distributorName } from '../../domain/mpan.ts';
import type { Boards } from '../notices/boards.ts';
import type { NoticeBook } from '../notices/book.ts';
import { NOTICE_ACTIONS, type Person } from '../notices/fourEyes.ts';
import { measureText } from '../notices/measure.ts';
import { cancelStateOf, type Deed, type NoticeRecord } from '../notices/record.ts';
import type { Notices } from '../notices/service.ts';

interface Parts {
  readonly book: NoticeBook;
  readonly boards: Boards;
  readonly notices: Notices;
  readonly nowUtcMs: number;
}

export function summaryOf(
  notice: NoticeRecord,
  { book, nowUtcMs }: Pick<Parts, 'book' | 'nowUtcMs'>,
): NoticeSummary {
  const { noticeId, draft, drafted, sent } = notice;
  const startsAt = sent === undefined ? draft.startsAt : iso(sent.startsAtUtcMs);
  return {
    noticeId,
    state: book.state(notice, nowUtcMs),
    isRehearsal: draft.rehearsal,
    issuer: draft.issuer,
    issuerName: distributorName(draft.issuer),
    area: draft.area,
    measure: draft.measure,
    measureText: measureText(draft.measure),
    reason: draft.reason,
    ...(startsAt === undefined ? {} : { startsAt }),
    ...(sent === undefined ? {} : { endsAt: iso(sent.endsAtUtcMs) }),
    durationSeconds: draft.durationSeconds,
    drafted: told(drafted),
    cancel: cancelStateOf(notice),
  };
}

/** With what the person may do with it now. */
export function describeNotice(notice: NoticeRecord, person: Person, parts: Parts): Notice {
  const { draft, forecast, warnings, authorised, discarded, sent, publishedAtUtcMs, supersededBy, cancel } =
    notice;
  const rows = cancel?.authorised === undefined ? [] : parts.boards.of(notice.noticeId).rows();
  return {
    ...summaryOf(notice, parts),
    draft,
    forecast,
    warnings: [...warnings],
    ...(authorised === undefined ? {} : { authorised: told(authorised) }),
    ...(discarded === undefined ? {} : { discarded: { ...told(discarded), reason: discarded.reason } }),
    ...(sent === undefined
      ? {}
      : {
          sent: { ...told(sent), sequence: sent.sequence, sha256: sent.sha256, keyId: sent.keyId },
          expiresAt: iso(sent.expiresAtUtcMs),
        }),
    ...(publishedAtUtcMs === undefined ? {} : { publishedAt: iso(publishedAtUtcMs) }),
    ...(supersededBy === undefined ? {} : { supersededBy }),
    ...(cancel === undefined
      ? {}
      : {
          cancellation: {
            reason: cancel.reason,
            asked: told(cancel.asked),
            ...(cancel.authorised === undefined ? {} : { authorised: told(cancel.authorised) }),
            ...(cancel.publishedAtUtcMs === undefined ? {} : { publishedAt: iso(cancel.publishedAtUtcMs) }),
            refused: rows.filter(({ progress }) => progress.hasRefusedCancel === true).length,
          },
        }),
    possible: NOTICE_ACTIONS.map((action) => {
      const hindrance = parts.notices.hindrance(action, notice, person);
      return { action, isPossible: hindrance === undefined, sentence: hindrance?.sentence ?? '' };
    }),
  };
}

function told({ by, atUtcMs }: Deed): { by: string; at: string } {
  return { by, at: iso(atUtcMs) };
}

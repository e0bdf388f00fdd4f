import type { Draft } from '../../contract/desk.ts';
import type { RestrictionCancelMessage, RestrictionNoticeMessage } from '../../contract/restriction.ts';
import { iso, type UtcMs } from '../../domain/instant.ts';
import type { NoticeReference } from '../../domain/restriction.ts';
import type { NoticeRecord } from './record.ts';

/** The notice as it is to be signed. */
export function noticeMessage(
  { noticeId, draft }: Pick<NoticeRecord, 'noticeId' | 'draft'>,
  sequence: number,
  issuedAtUtcMs: UtcMs,
  superseded: NoticeReference | undefined,
): RestrictionNoticeMessage {
  const { issuer, area, measure, startsAt, durationSeconds, reason, basis, rehearsal } = draft;
  return {
    schema: 'loadgate.restriction-notice/1',
    noticeId,
    issuer,
    area,
    sequence,
    issuedAt: iso(issuedAtUtcMs),
    reason,
    measure,
    ...(startsAt === undefined ? {} : { startsAt }),
    durationSeconds,
    expiresAt: iso(plannedTimes(draft, issuedAtUtcMs).expiresAtUtcMs),
    basis,
    rehearsal,
    ...(superseded === undefined ? {} : { supersedes: superseded }),
  };
}

export function cancelMessage(
  { draft }: Pick<NoticeRecord, 'draft'>,
  cancels: NoticeReference,
  sequence: number,
  issuedAtUtcMs: UtcMs,
  reason: string,
): RestrictionCancelMessage {
  const { issuer, area } = draft;
  return {
    schema: 'loadgate.restriction-cancel/1',
    issuer,
    area,
    sequence,
    issuedAt: iso(issuedAtUtcMs),
    reason,
    cancels,
  };
}

/** The clock of a gateway may be wrong by this much (check 6): one that is ahead must not take what is new for expired. */
const CLOCK_TOLERANCE_MS = 300_000;

/**
 * A gateway that comes back may take a notice until its planned end, by its own clock: the need was for that time. From then
 * on the desk sends it to nobody.
 */
export function plannedTimes(
  { startsAt, durationSeconds }: Draft,
  issuedAtUtcMs: UtcMs,
): { readonly startsAtUtcMs: UtcMs; readonly endsAtUtcMs: UtcMs; readonly expiresAtUtcMs: UtcMs } {
  const startsAtUtcMs = startsAt === undefined ? issuedAtUtcMs : Date.parse(startsAt);
  const endsAtUtcMs = startsAtUtcMs + durationSeconds * 1_000;
  return { startsAtUtcMs, endsAtUtcMs, expiresAtUtcMs: endsAtUtcMs + CLOCK_TOLERANCE_MS };
}

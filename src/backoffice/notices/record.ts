import type { Draft, Forecast, NoticeState, Problem } from '../../contract/desk.ts';
import type { UtcMs } from '../../domain/instant.ts';

/** Who did something, and when by the clock of the desk. */
export interface Deed {
  readonly by: string;
  readonly atUtcMs: UtcMs;
}

/** A command as it was signed. The same bytes are sent however often it is sent. */
export interface SignedDeed extends Deed {
  readonly sequence: number;
  readonly jws: string;
  /** SHA-256 of the JWS as it is sent, hexadecimal, small letters. */
  readonly sha256: string;
  readonly keyId: string;
}

export interface SentNotice extends SignedDeed {
  /** Planned beginning: as drafted, or when it was signed. */
  readonly startsAtUtcMs: UtcMs;
  readonly endsAtUtcMs: UtcMs;
  readonly expiresAtUtcMs: UtcMs;
}

export interface CancelRecord {
  readonly reason: string;
  readonly asked: Deed;
  /** Let go by a second person, and signed in the same step. */
  readonly authorised?: SignedDeed;
  readonly publishedAtUtcMs?: UtcMs;
}

export interface NoticeRecord {
  readonly noticeId: string;
  readonly draft: Draft;
  readonly forecast: Forecast;
  readonly warnings: readonly Problem[];
  readonly drafted: Deed;
  readonly authorised?: Deed;
  readonly discarded?: Deed & { readonly reason: string };
  readonly sent?: SentNotice;
  readonly publishedAtUtcMs?: UtcMs;
  /** The notice that has taken its place. */
  readonly supersededBy?: string;
  readonly cancel?: CancelRecord;
}

/** Longest random offset after which a load is back (SI 2021/1467 reg 11), and a minute for the receipt. */
const RELEASE_MS = 660_000;

/** The last instant at which the notice can be in force anywhere: a gateway may get one that begins on receipt at its expiry. */
export function lastEndOf({ draft, sent }: NoticeRecord): UtcMs {
  if (sent === undefined) return Number.POSITIVE_INFINITY;
  return draft.startsAt === undefined
    ? sent.expiresAtUtcMs + draft.durationSeconds * 1_000
    : sent.endsAtUtcMs;
}

/**
 * @param active gateways at which it is in force or about to be, as far as they told
 */
export function stateOf(notice: NoticeRecord, active: number, nowUtcMs: UtcMs): NoticeState {
  const { sent, publishedAtUtcMs, cancel, supersededBy } = notice;
  if (notice.discarded !== undefined) return 'discarded';
  if (sent === undefined) return notice.authorised === undefined ? 'drafted' : 'authorised';
  if (nowUtcMs >= lastEndOf(notice) + RELEASE_MS) return 'over';
  const isTakenBack = cancel?.publishedAtUtcMs !== undefined || supersededBy !== undefined;
  if ((isTakenBack || nowUtcMs >= sent.endsAtUtcMs) && active === 0) return 'over';
  if (publishedAtUtcMs === undefined) return 'sending';
  return nowUtcMs < sent.startsAtUtcMs ? 'waiting' : 'live';
}

export function cancelStateOf({ cancel }: NoticeRecord): 'none' | 'asked' | 'sending' | 'sent' {
  if (cancel === undefined) return 'none';
  if (cancel.authorised === undefined) return 'asked';
  return cancel.publishedAtUtcMs === undefined ? 'sending' : 'sent';
}

import type { Heartbeat } from '../contract/heartbeat.ts';
import type { Now, RunningMs, UtcMs } from '../domain/instant.ts';
import { type Refusal, refuse } from './refusal.ts';

/** A heartbeat tells of now: the broker may have kept an older one, and a clock that is further off shows nothing. */
const MOST_OFF_MS = 60_000;

/**
 * Heartbeats come at least this often. A sender that was not heard for longer may have been restarted meanwhile, its first
 * heartbeat lost: it need not wait until it has counted as far as before.
 */
const ORDER_HOLDS_MS = 60_000;

/** The latest heartbeat that counted. */
export interface HeardHeartbeat {
  readonly sequence: number;
  /** By the clock of the sender. */
  readonly sentAtMs: UtcMs;
  readonly heardAtMs: RunningMs;
}

/**
 * Whether a heartbeat shows that the party is there now. What was sent before, or is repeated, shows nothing. While the
 * clock of the gateway is not synced only the order counts.
 * @param last absent: none has counted in this life of the gateway
 */
export function judgeHeartbeat(
  { sentAt, sequence }: Heartbeat,
  last: HeardHeartbeat | undefined,
  now: Now,
): { readonly ok: true; readonly heard: HeardHeartbeat } | Refusal {
  const sentAtMs = Date.parse(sentAt);
  if (now.clockLevel === 'synced' && now.utcMs - sentAtMs > MOST_OFF_MS) {
    return refuse(
      `it was sent at ${sentAt}, more than 60 s ago; publish heartbeats with a message expiry of 60 s`,
    );
  }
  if (now.clockLevel === 'synced' && sentAtMs - now.utcMs > MOST_OFF_MS) {
    return refuse(
      `it was sent at ${sentAt}, more than 60 s ahead of the clock of the gateway; set the clock of the sender`,
    );
  }
  if (last !== undefined && sequence <= last.sequence) {
    const mayBeginAgain = sequence === 1 || now.runningMs - last.heardAtMs > ORDER_HOLDS_MS;
    if (!mayBeginAgain || sentAtMs <= last.sentAtMs) {
      return refuse(
        `sequence ${sequence} does not follow ${last.sequence}; count up with each heartbeat, and from 1 after a restart`,
      );
    }
  }
  return { ok: true, heard: { sequence, sentAtMs, heardAtMs: now.runningMs } };
}

import type { Now, UtcMs } from '../domain/instant.ts';
import { type Refusal, refuse } from './refusal.ts';

/** Ids are remembered, but not for ever: what is older than this may be the replay of one that was forgotten. */
const MOST_AGE_MS = 24 * 3_600_000;

/** More than clocks of two honest parties differ. */
const MOST_AHEAD_MS = 5 * 60_000;

/** Whether a control was issued lately. Judged only by a clock that is right. */
export function judgeFreshness(issuedAt: string, now: Now): Refusal | undefined {
  if (now.clockLevel !== 'synced') return undefined;
  const ageMs = now.utcMs - Date.parse(issuedAt);
  if (ageMs > MOST_AGE_MS) {
    return refuse(
      `it was issued at ${issuedAt}, more than 24 hours ago; sign it anew when it is still meant`,
    );
  }
  if (ageMs < -MOST_AHEAD_MS) {
    return refuse(
      `it was issued at ${issuedAt}, more than 5 minutes ahead of the clock of the gateway; set the clock of the sender`,
    );
  }
  return undefined;
}

/**
 * Whether a command that may release something was issued since the gateway was restored from a backup: what came before may
 * have been taken back meanwhile, and nobody knows. @param sinceUtcMs minus infinity: it never was
 */
export function judgeSinceRestore(issuedAt: string, sinceUtcMs: UtcMs): Refusal | undefined {
  if (Date.parse(issuedAt) >= sinceUtcMs) return undefined;
  return refuse(
    `it was issued at ${issuedAt}, before this gateway was restored from a backup; sign it anew when it is still meant`,
  );
}

import type { LimitSource } from '../../src/domain/limit.ts';
import { type Observation, sourcesInForce } from './observation.ts';

/** A decision a second, and a look a second. */
const UNCERTAIN_MS = 2_500;

/**
 * Whether a limit that has ended stays in force until the instant that its end announced, whatever random offset was
 * drawn, and not longer.
 */
export function doubtsAboutRelease(
  source: LimitSource,
  observations: readonly Observation[],
): readonly string[] {
  let releasesAtMs: number | undefined;
  let hasEnded = false;
  for (const { atS, events, judgement } of observations) {
    for (const event of events) {
      if (event.kind !== 'limitEnded') continue;
      hasEnded = true;
      releasesAtMs = event.releasesAtMs;
    }
    if (releasesAtMs === undefined || judgement === undefined) continue;
    const leftMs = releasesAtMs - judgement.runningMs;
    const isHeld = sourcesInForce(judgement).includes(source);
    if (leftMs > UNCERTAIN_MS && !isHeld) {
      return [
        `${source} was let go at ${atS.toFixed(1)} s, ${(leftMs / 1_000).toFixed(1)} s before its release`,
      ];
    }
    if (leftMs < -UNCERTAIN_MS && isHeld) {
      return [
        `${source} is still held at ${atS.toFixed(1)} s, ${(-leftMs / 1_000).toFixed(1)} s after its release`,
      ];
    }
  }
  return hasEnded ? [] : ['no limit came to its end'];
}

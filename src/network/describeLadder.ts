import type { Network } from '../contract/network.ts';
import type { Ladder } from '../domain/network.ts';

/** The ladder as it is shown and sent. */
export function describeLadder({
  atUtcMs,
  tookMs,
  isStanding,
  findings,
  lowestFailed,
  sentence,
}: Ladder): Network {
  return {
    schema: 'loadgate.network/1',
    at: new Date(atUtcMs).toISOString(),
    tookMs,
    isStanding,
    ...(lowestFailed === undefined ? {} : { lowestFailed }),
    sentence,
    rungs: findings.map((finding) => ({ ...finding, seen: [...finding.seen] })),
  };
}

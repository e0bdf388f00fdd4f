import type { SitePlan } from '../domain/sitePlan.ts';
import { findSwitchingMistakes } from './checkPhaseSwitching.ts';
import { findRatingMistakes } from './checkRatings.ts';
import { findReferenceMistakes } from './checkReferences.ts';
import { findTimingMistakes } from './checkTiming.ts';
import { findWiringMistakes } from './checkWiring.ts';
import type { Finding } from './finding.ts';
import type { ProfileCatalogue } from './profileFacts.ts';

/**
 * What is wrong with a site plan whose shape is right: names, references, wiring, ratings. All at once.
 * A plan without a finding can be run: every load can be reached, and the safe posture and the fall-back of the
 * devices fit under every rating without the gateway.
 */
export function checkSitePlan(plan: SitePlan, profiles: ProfileCatalogue): readonly Finding[] {
  return [
    ...findReferenceMistakes(plan, profiles),
    ...findWiringMistakes(plan, profiles),
    ...findSwitchingMistakes(plan, profiles),
    ...findRatingMistakes(plan, profiles),
    ...findTimingMistakes(plan),
  ];
}

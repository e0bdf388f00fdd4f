import type { ConsentTexts } from './consent.ts';
import type { SitePlan } from './sitePlan.ts';

/**
 * The text of each purpose that applies, or is about to. A signed message of the back office comes before the site plan; a
 * purpose without a text cannot be agreed to.
 */
export function consentTextsOf(
  { consentTexts, restriction }: Pick<SitePlan, 'consentTexts' | 'restriction'>,
  announced: ConsentTexts = {},
): ConsentTexts {
  const ofRestriction =
    restriction === undefined ? {} : { dnoRestriction: { version: restriction.consentText } };
  return { ...consentTexts, ...ofRestriction, ...announced };
}

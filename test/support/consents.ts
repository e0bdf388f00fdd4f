import {
  type ConsentEntry,
  type ConsentPurpose,
  type ConsentTexts,
  GATEWAY_PURPOSES,
} from '../../src/domain/consent.ts';
import { consentTextsOf } from '../../src/domain/consentTexts.ts';
import type { SitePlan } from '../../src/domain/sitePlan.ts';

/** What a home is asked to agree to where its plan says nothing of it; that of restrictions stands elsewhere. */
export const CONSENT_TEXTS: ConsentTexts = Object.fromEntries(
  GATEWAY_PURPOSES.filter((purpose) => purpose !== 'dnoRestriction').map((purpose) => [
    purpose,
    { version: `${purpose}-1` },
  ]),
);

/** All that most stories take for granted: the main driver has agreed to be measured and controlled, not to restrictions. */
export const USUAL_PURPOSES: readonly ConsentPurpose[] = GATEWAY_PURPOSES.filter(
  (purpose) => purpose !== 'dnoRestriction',
);

/** Entries of the ledger by which the main driver gives these purposes. */
export function given(
  purposes: readonly ConsentPurpose[],
  site: Pick<SitePlan, 'consentTexts' | 'restriction'>,
  atUtcMs: number,
): ConsentEntry[] {
  const texts = { ...CONSENT_TEXTS, ...consentTextsOf(site) };
  return purposes.map((purpose) => ({
    purpose,
    action: 'given',
    textVersion: texts[purpose]?.version ?? `${purpose}-1`,
    person: 'main',
    how: 'commandLine',
    atUtcMs,
  }));
}

/** Gives what most stories take for granted at the local socket of a gateway that runs in its own process. */
export async function giveConsents(
  gateway: { choose(path: string, query: Record<string, string>): Promise<unknown> },
  purposes: readonly ConsentPurpose[] = USUAL_PURPOSES,
): Promise<void> {
  for (const purpose of purposes) {
    await gateway.choose('/consent', {
      purpose,
      action: 'given',
      text: '',
      person: 'main',
      how: 'commandLine',
      evidence: '',
      until: '',
    });
  }
}

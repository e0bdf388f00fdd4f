import type { CauseRow } from './causeRow.ts';
import { CAUSES_AT_BROKER } from './causesAtBroker.ts';
import { CAUSES_IN_HOME } from './causesInHome.ts';
import { CAUSES_OF_SESSION } from './causesOfSession.ts';

/** Every cause, by rung from the bottom. docs/network.md is written from this table. */
export const CAUSES = { ...CAUSES_IN_HOME, ...CAUSES_AT_BROKER, ...CAUSES_OF_SESSION } as const;

export type CauseCode = keyof typeof CAUSES;

/** Of rungs that no look reached, and of a gateway that has nowhere to go. */
export const NOT_REACHED = {
  'not-reached': 'Not reached: a rung below is broken',
  'no-broker': 'No broker is set (broker.url): the gateway runs without a back office',
} as const;

export function causeRow(code: CauseCode): CauseRow {
  return CAUSES[code];
}

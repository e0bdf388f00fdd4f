import type { WhatIfResult } from './result.ts';

/** What the figures rest on, for the loads of this home, in sentences. */
export function stateAssumptions({
  loads,
  moves,
  gapSeconds,
  differing,
}: Pick<WhatIfResult, 'loads' | 'moves' | 'gapSeconds' | 'differing'>): readonly string[] {
  const has = (kind: WhatIfResult['loads'][number]['kind']): boolean =>
    loads.some((load) => load.kind === kind);
  const withBasis = (basis: WhatIfResult['loads'][number]['basis']): string =>
    loads
      .filter((load) => load.basis === basis)
      .map((load) => load.loadId)
      .join(', ');
  const rated = withBasis('rating');
  const least = withBasis('least');
  const sentences = [
    'Household, voltage, messages and silent devices are as recorded. Only what a load was told differently counts.',
    'A load follows its set-point one decision later, about 1 s; a real car takes up to 5 s, so excursions come out a little too short.',
  ];
  if (has('chargePoint')) {
    sentences.push(
      'A car takes its whole set-point, up to the rating of the charge point, unless the recording shows it taking less of what it had.',
      'A car that was full in the recording takes no more, even if it had got less until then; one that gets more is not full sooner.',
    );
  }
  if (has('switchedLoad')) {
    sentences.push(
      'A switched load that is closed when it was open takes what it took when it was last closed; what its thermostat would have done is not known.',
    );
  }
  if (rated !== '') sentences.push(`Without a meter, taken as the rating while closed: ${rated}.`);
  if (has('limitedGenerator')) {
    sentences.push(
      'A limited generator gives what it gave, cut to its limit; while it was held at a limit, what it gave before.',
    );
  }
  if (least !== '')
    sentences.push(
      `Without a meter, taken as what left the house and what the measured loads took, so at least: ${least}.`,
    );
  if (moves.supposed.lockOuts > 0) {
    sentences.push(
      'A lock-out of the limitation scheme lasts until somebody resets it, and a reset is only where one was recorded.',
    );
  }
  if (gapSeconds > 0) {
    sentences.push(`${Math.round(gapSeconds)} s without decisions are left out: the gateway was not there.`);
  }
  if (differing > 0) {
    sentences.push(
      `${differing} decisions come out otherwise than recorded without any change: see loadgate replay.`,
    );
  }
  return sentences;
}

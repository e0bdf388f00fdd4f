import type { Status } from '../contract/status.ts';
import { alignColumns, amps, duration } from './table.ts';

type Rows = readonly (readonly string[])[];
type Slot = Status['limits'][number];

/** The limits of a home on one screen, by rank. */
export function renderLimits(status: Status): string {
  return [
    section('In force', slotRows(status, 'inForce')),
    section('About to begin', slotRows(status, 'starting')),
    section('Over, waiting for its release', slotRows(status, 'releasing')),
    section('Limitation scheme', schemeRows(status)),
    section('Charging hours', hourRows(status)),
    section('Boosts', boostRows(status)),
    section('Ready by', wishRows(status)),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function section(title: string, rows: Rows): string {
  if (rows.length === 0) return '';
  return [title, ...alignColumns(rows).map((line) => `  ${line}`)].join('\n');
}

const UNTIL: Readonly<Record<Slot['state'], string>> = {
  inForce: 'ends in',
  starting: 'begins in',
  releasing: 'released in',
};

function slotRows({ limits, runningMs }: Status, state: Slot['state']): Rows {
  return limits
    .filter((slot) => slot.state === state)
    .sort((a, b) => a.rank - b.rank)
    .map(({ rank, source, circuitId, loadId, direction, basis, ceiling, reason, untilMs }) => [
      `${rank}`,
      source,
      loadId ?? circuitId,
      `${direction} at most ${basis === 'phaseCurrentA' ? amps(ceiling) : `${ceiling} W`}`,
      untilMs === undefined ? 'open' : `${UNTIL[state]} ${duration(untilMs - runningMs)}`,
      reason,
    ]);
}

function schemeRows({ schemes }: Status): Rows {
  return schemes.map(({ circuitId, direction, state, counted, lockOuts, mayHouseholderReset }) => [
    circuitId,
    direction,
    `State ${state}`,
    `${counted} counted`,
    `${lockOuts} lock-outs`,
    state === 3 ? `${mayHouseholderReset ? 'the householder' : 'only an engineer'} may reset it` : '',
  ]);
}

function hourRows({ owner }: Status): Rows {
  return owner.hours.map(({ days, from, until, ceilingA, reason }) => [
    days.join(' '),
    `${from} to ${until}`,
    ceilingA === 0 ? 'paused' : `at most ${amps(ceilingA)}`,
    reason,
    owner.hoursAre === 'chosen' ? 'chosen by the owner' : 'as planned',
  ]);
}

function boostRows({ owner, runningMs }: Status): Rows {
  return owner.boosts.map(({ loadId, untilMs }) => [loadId, `for ${duration(untilMs - runningMs)}`]);
}

function wishRows({ owner }: Status): Rows {
  return owner.readyBy.map(({ loadId, departure, wantedWh, expectedWh, isEnough, readyAt }) => [
    loadId,
    `${(wantedWh / 1000).toFixed(1)} kWh by ${departure}`,
    isEnough ? `ready at ${readyAt ?? departure}` : `only ${(expectedWh / 1000).toFixed(1)} kWh will come`,
  ]);
}

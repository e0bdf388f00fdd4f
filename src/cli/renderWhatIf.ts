import type { CeilingComparison, LoadEnergy, WhatIfResult } from '../gateway/whatIf/result.ts';
import type { CeilingFigures, Relief } from '../gateway/whatIf/tally.ts';
import { alignColumns, duration } from './table.ts';

type Rows = readonly (readonly string[])[];

/** What was and what would have been, on one screen. */
export function renderWhatIf(asked: readonly string[], result: WhatIfResult): string {
  const { decisions, from, until, seconds, loads, ceilings, relief, moves, assumptions } = result;
  if (decisions === 0) return 'The journal holds no decision in this time.';
  const { recorded, supposed } = moves;
  return [
    `${asked.length === 0 ? 'With nothing changed' : `With ${asked.join(', ')}`}: ${decisions} decisions over ${duration(seconds * 1000)}, from ${from} until ${until}.`,
    section([['Energy', ...headings], ...loads.map(energyRow)]),
    section([['Ceilings', '', 'ceiling', 'above it', 'longest', 'peak'], ...ceilings.flatMap(ceilingRows)]),
    relief === undefined
      ? 'No relief can be told: the connection point has no meter that was read.'
      : section([
          ['Relief at the connection point', 'mean', 'in all', 'greatest'],
          reliefRow('less import', relief.import),
          reliefRow('less export', relief.export),
        ]),
    section([
      ['Moves', ...headings],
      moveRow('set-point changes', recorded.setpointChanges, supposed.setpointChanges),
      moveRow('contactor operations', recorded.contactorOperations, supposed.contactorOperations),
      moveRow('lock-outs of the limitation scheme', recorded.lockOuts, supposed.lockOuts),
    ]),
    ['What this rests on', ...assumptions.map((sentence) => `  - ${sentence}`)].join('\n'),
  ].join('\n\n');
}

const headings = ['recorded', 'then', 'change'];

function section(rows: Rows): string {
  const [head = [], ...body] = rows;
  const [title = '', ...columns] = head;
  return alignColumns([
    [title, ...columns],
    ...body.map(([name = '', ...cells]) => [`  ${name}`, ...cells]),
  ]).join('\n');
}

function energyRow({ loadId, kind, basis, recordedWh, supposedWh }: LoadEnergy): readonly string[] {
  const isGiven = kind === 'switchedGenerator' || kind === 'limitedGenerator';
  const rests = { measured: '', rating: ', by its rating', least: ', at least' }[basis];
  return [
    `${loadId}, ${isGiven ? 'given' : 'taken'}${rests}`,
    kilo(recordedWh, 'Wh'),
    kilo(supposedWh, 'Wh'),
    signed(supposedWh - recordedWh),
  ];
}

function ceilingRows({ circuitId, direction, basis, recorded, supposed }: CeilingComparison): Rows {
  const unit = basis === 'phaseCurrentA' ? 'A' : 'W';
  return [
    [`${circuitId}, ${direction}`, 'recorded', ...ceilingCells(recorded, unit)],
    ['', 'then', ...ceilingCells(supposed, unit)],
  ];
}

function ceilingCells(figures: CeilingFigures | undefined, unit: 'A' | 'W'): readonly string[] {
  if (figures === undefined) return ['none', '', '', ''];
  const { leastCeiling, greatestCeiling, secondsAbove, longestExcursionSeconds, peak } = figures;
  const figure = (value: number): string => value.toFixed(unit === 'A' ? 1 : 0);
  const range =
    leastCeiling === greatestCeiling
      ? figure(leastCeiling)
      : `${figure(leastCeiling)} to ${figure(greatestCeiling)}`;
  return [
    `${range} ${unit}`,
    `${secondsAbove.toFixed(1)} s`,
    `${longestExcursionSeconds.toFixed(1)} s`,
    `${figure(peak)} ${unit}`,
  ];
}

function reliefRow(name: string, { meanW, greatestW, greatestAt, energyWh }: Relief): readonly string[] {
  const at = greatestAt === undefined ? '' : ` at ${greatestAt}`;
  return [name, kilo(meanW, 'W'), kilo(energyWh, 'Wh'), `${kilo(greatestW, 'W')}${at}`];
}

function moveRow(name: string, recorded: number, supposed: number): readonly string[] {
  const change = supposed - recorded;
  return [name, String(recorded), String(supposed), `${change > 0 ? '+' : ''}${change}`];
}

function kilo(value: number, unit: 'W' | 'Wh'): string {
  return `${withoutMinusZero((value / 1000).toFixed(2))} k${unit}`;
}

function signed(valueWh: number): string {
  const text = kilo(valueWh, 'Wh');
  return text.startsWith('-') || text.startsWith('0.00') ? text : `+${text}`;
}

function withoutMinusZero(text: string): string {
  return text === '-0.00' ? '0.00' : text;
}

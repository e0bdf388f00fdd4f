import type { Bus, BusHint, BusLine, BusUnit } from '../contract/bus.ts';
import { describeLocalWire } from './renderDevices.ts';
import { alignColumns, duration } from './table.ts';

/** Eighths of a block, from nothing to full. */
const BARS = ' ▁▂▃▄▅▆▇█';

/** A paragraph for each line: its counters, its units with a small histogram of their turnaround, and what to do. */
export function renderBus(bus: Bus): string {
  if (bus.lines.length === 0) return 'No device of the site plan is on a Modbus line.';
  const classes = bus.turnaroundClassesMs.map((upperMs) => `${upperMs}`);
  const legend = `Turnaround: answers up to ${classes.join(', ')} ms, and beyond.`;
  return [...bus.lines.map((line) => renderLine(line, bus.runningMs)), legend].join('\n\n');
}

function renderLine(line: BusLine, runningMs: number): string {
  const state = line.isOpen ? '' : '  NOT OPEN';
  const rows = [
    ['unit', 'device', 'asked', 'answers', 'time-outs', 'refusals', 'bad', 'last answer', 'turnaround'],
    ...line.units.map((unit) => unitRow(unit, runningMs)),
  ];
  return [
    `${describeLocalWire(line.wire)}${state}`,
    `  ${countersOf(line)}`,
    ...alignColumns(rows).map((row) => `  ${row}`),
    ...(line.hints.length === 0 ? ['  Nothing stands out.'] : line.hints.flatMap(hintLines)),
  ].join('\n');
}

/** Only what happened: a healthy line has few counters. */
function countersOf(line: BusLine): string {
  const counters: readonly (readonly [number, string])[] = [
    [line.badCrc, 'with a wrong checksum'],
    [line.strayBytes, 'stray bytes'],
    [line.lateReplies, 'late replies'],
    [line.wrongUnit, 'frames of other units'],
    [line.reconnects, 'reconnects'],
    [line.superseded, 'reads dropped as superseded'],
  ];
  const happened = counters.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return [`${line.requests} requests`, ...happened].join(', ');
}

function unitRow(unit: BusUnit, runningMs: number): readonly string[] {
  const { requests, answers, timeouts, exceptions, badReplies, lastAnswerMs } = unit;
  const missed = requests === 0 ? '' : ` (${((timeouts / requests) * 100).toFixed(1)} %)`;
  return [
    String(unit.unit),
    unit.deviceIds.join(', ') || '(not in the plan)',
    String(requests),
    String(answers),
    `${timeouts}${timeouts === 0 ? '' : missed}`,
    String(exceptions),
    String(badReplies),
    lastAnswerMs === undefined ? 'never' : `${duration(runningMs - lastAnswerMs)} ago`,
    histogram(unit.turnaround),
  ];
}

/** One character for each class, as high as its share of the largest. */
export function histogram(counts: readonly number[]): string {
  const most = Math.max(1, ...counts);
  const bars = counts.map(
    (count) => BARS[count === 0 ? 0 : Math.max(1, Math.round((count / most) * 8))] ?? ' ',
  );
  return `[${bars.join('')}]`;
}

function hintLines({ units, sentence, nextStep }: BusHint): readonly string[] {
  const who = units.length === 0 ? '' : `unit ${units.join(', ')}: `;
  return [`  ! ${who}${sentence}`, `    -> ${nextStep}`];
}

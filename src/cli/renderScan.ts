import type { FoundUnit, ScanEvent, ScanProgress } from '../discovery/findings.ts';
import type { Proposal } from '../discovery/identify.ts';
import type { ProposedPlan } from '../discovery/proposePlan.ts';
import { describeSetting, describeWire } from '../discovery/wire.ts';
import { describeValue } from './pointText.ts';
import { alignColumns, duration } from './table.ts';

/** A unit that was found: what it may be, why, and what it says now. */
export function renderFound({ wire, unit, alsoUnits, proposals, values }: FoundUnit): string {
  const also = alsoUnits.length === 0 ? '' : ` (and as ${alsoUnits.join(', ')})`;
  const place = `${describeWire(wire)}, unit ${unit}${also}`;
  const [best, ...others] = proposals;
  if (best === undefined) {
    return `${place}: answers, but no profile fits\n    drivers/README.md says how a device is added`;
  }
  const lines = [
    `${place}: ${nameOf(best)}, ${best.certainty}`,
    `    ${best.why}`,
    ...others.map((other) => `    ${ROLES[other.role]} ${nameOf(other)}, ${other.certainty}: ${other.why}`),
    ...best.obstacles.map((obstacle) => `    before use: ${obstacle}`),
    ...valueLines(values, best).map((line) => `    ${line}`),
  ];
  return lines.join('\n');
}

const ROLES: Readonly<Record<Proposal['role'], string>> = {
  best: '',
  alongside: 'and',
  alternative: 'or',
};

function nameOf({ profile }: Proposal): string {
  return `${profile.data.maker} ${profile.data.model} (${profile.id})`;
}

function valueLines(values: FoundUnit['values'], { obstacles }: Proposal): readonly string[] {
  const rows = Object.entries(values).flatMap(([point, reading]) =>
    reading?.state === 'measured' ? [[point, describeValue(point, reading.value)]] : [],
  );
  if (rows.length > 0) return alignColumns(rows);
  return [obstacles.length === 0 ? 'no value could be read' : 'its values are not believed until then'];
}

/** One line of the progress: what is being tried, how many were found, how long it will still take. */
export function renderProgress(event: ScanEvent, found: number, progress: ScanProgress): string {
  const { triedShare, remainingMs } = progress;
  const what = event.kind === 'trying' ? `trying ${describeWire(event.wire)}${unitOf(event)}` : 'searching';
  const share = `${Math.floor(triedShare * 100)} %`;
  return `${what}; ${found} found; ${share}, ${duration(remainingMs)} left`;
}

function unitOf({ unit }: Extract<ScanEvent, { kind: 'trying' }>): string {
  return unit === undefined ? '' : ` unit ${unit}`;
}

/** What a person should know although nothing was found by it. */
export function renderNote(event: Extract<ScanEvent, { kind: 'unreachable' | 'garbage' }>): string {
  if (event.kind === 'unreachable') return event.detail;
  const { path, setting } = event;
  return `${path}: something is heard at ${describeSetting(setting)}, but no answer: another speed or parity, or A and B swapped`;
}

/** Ready to be copied into a site plan. */
export function renderPlan({ lines, devices, remarks }: ProposedPlan): string {
  const list = (entries: readonly object[]): string =>
    entries.length === 0 ? '[]' : `[\n${entries.map((entry) => `    ${inOneLine(entry)}`).join(',\n')}\n  ]`;
  return [
    'For the site plan:',
    '',
    ...(lines.length === 0 ? [] : [`  "lines": ${list(lines)},`]),
    `  "devices": ${list(devices)},`,
    ...(remarks.length === 0 ? [] : ['', ...remarks.map((remark) => `  ${remark}`)]),
  ].join('\n');
}

/** { "unit": 1, ... } as a person would write it. */
function inOneLine(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}: ${inOneLine(inner)}`);
  return `{ ${entries.join(', ')} }`;
}

/** A find as data. */
export function foundAsJson({ wire, unit, alsoUnits, proposals, values }: FoundUnit): object {
  return {
    kind: 'found',
    wire,
    unit,
    alsoUnits,
    proposals: proposals.map(({ profile, role, certainty, why, obstacles }) => ({
      profile: profile.id,
      role,
      maker: profile.data.maker,
      model: profile.data.model,
      certainty,
      why,
      obstacles,
    })),
    values: Object.fromEntries(
      Object.entries(values).flatMap(([point, reading]) =>
        reading?.state === 'measured' ? [[point, reading.value]] : [],
      ),
    ),
  };
}

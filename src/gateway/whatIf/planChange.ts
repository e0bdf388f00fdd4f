import { DEFAULT_CHARGING_HOURS } from '../../domain/chargingHours.ts';
import type { Circuit, SitePlan } from '../../domain/sitePlan.ts';
import type { RecordedDecision } from './recordedDecisions.ts';

type CircuitFigure = 'ratingA' | 'derating' | 'maximumImportLimitA' | 'maximumExportLimitA';

/** One thing that is to be otherwise than it was. */
export type PlanChange =
  | {
      readonly kind: 'circuit';
      /** Absent: the connection point. */
      readonly circuitId?: string;
      readonly figure: CircuitFigure;
      /** Amps per phase, or the factor of the derating; absent: no limit is agreed. */
      readonly value?: number;
    }
  | { readonly kind: 'hours'; readonly hours: 'none' | 'default' };

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly detail: string };

interface Figure {
  readonly figure: CircuitFigure;
  readonly expected: string;
  readonly accepts: (value: number) => boolean;
  readonly isAgreed: boolean;
}

const FIGURES: Readonly<Record<string, Figure>> = {
  mil: agreed('maximumImportLimitA'),
  mel: agreed('maximumExportLimitA'),
  rating: { figure: 'ratingA', expected: 'amps above 0', accepts: (value) => value > 0, isAgreed: false },
  derating: {
    figure: 'derating',
    expected: 'a factor above 0, up to 1',
    accepts: (value) => value > 0 && value <= 1,
    isAgreed: false,
  },
};

/** Every name that can be set, for help and mistakes. */
export const SETTABLE = 'mil, mel, rating, derating, circuit.<id>.<one of these>, hours';

function agreed(figure: CircuitFigure): Figure {
  return { figure, expected: 'amps from 0, or none', accepts: (value) => value >= 0, isAgreed: true };
}

/** "mil=40", "circuit.garage.rating=32", "hours=none" -> the change that is meant. */
export function parsePlanChange(text: string): Parsed<PlanChange> {
  const [, name = '', given = ''] = /^([^=]+)=(.*)$/.exec(text.trim()) ?? [];
  if (name === 'hours') {
    if (given === 'none' || given === 'default') return { ok: true, value: { kind: 'hours', hours: given } };
    return { ok: false, detail: `hours: expected none or default, found "${given}"` };
  }
  const [, circuitId, ofCircuit] = /^circuit\.(.+)\.([^.]+)$/.exec(name) ?? [];
  const known = Object.hasOwn(FIGURES, ofCircuit ?? name) ? FIGURES[ofCircuit ?? name] : undefined;
  if (known === undefined) {
    return { ok: false, detail: `expected <name>=<value> with one of ${SETTABLE}, found "${text}"` };
  }
  const place = {
    kind: 'circuit',
    figure: known.figure,
    ...(circuitId === undefined ? {} : { circuitId }),
  } as const;
  if (known.isAgreed && given === 'none') return { ok: true, value: place };
  const value = /^\d+(\.\d+)?$/.test(given) ? Number(given) : Number.NaN;
  if (known.accepts(value)) return { ok: true, value: { ...place, value } };
  return { ok: false, detail: `${name}: expected ${known.expected}, found "${given}"` };
}

/** The site plan with the changes made; or which circuit it does not have. */
export function changePlan(site: SitePlan, changes: readonly PlanChange[]): Parsed<SitePlan> {
  let { circuits } = site;
  for (const change of changes) {
    if (change.kind !== 'circuit') continue;
    const { circuitId } = change;
    const isMeant = (circuit: Circuit): boolean =>
      circuitId === undefined ? circuit.parentId === undefined : circuit.circuitId === circuitId;
    if (!circuits.some(isMeant)) {
      const known = circuits.map((circuit) => circuit.circuitId).join(', ');
      return { ok: false, detail: `circuit ${circuitId}: the site plan has none of this name, but ${known}` };
    }
    circuits = circuits.map((circuit) => (isMeant(circuit) ? changeCircuit(circuit, change) : circuit));
  }
  return { ok: true, value: circuits === site.circuits ? site : { ...site, circuits } };
}

function changeCircuit(circuit: Circuit, change: PlanChange & { readonly kind: 'circuit' }): Circuit {
  const { [change.figure]: _, ...rest } = circuit;
  // Only an agreed limit can be taken away; the parser lets nothing else through.
  return { ...rest, ...(change.value === undefined ? {} : { [change.figure]: change.value }) } as Circuit;
}

/** The charging hours that would have held: the last word about them, else what was recorded. */
export function hoursAfter(
  changes: readonly PlanChange[],
  recorded: RecordedDecision['input']['chargingHours'],
): RecordedDecision['input']['chargingHours'] {
  const last = changes.findLast((change) => change.kind === 'hours');
  if (last?.kind !== 'hours') return recorded;
  return last.hours === 'default' ? DEFAULT_CHARGING_HOURS : undefined;
}

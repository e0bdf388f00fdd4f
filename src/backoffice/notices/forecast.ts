import type { Forecast } from '../../contract/desk.ts';
import type { UtcMs } from '../../domain/instant.ts';
import type { Measure } from '../../domain/restriction.ts';
import {
  chargePointsPowerW,
  importPowerW,
  type LoadFigures,
  NOMINAL_VOLTAGE_V,
  powerW,
} from '../registry/figures.ts';
import { freshFigures, type GatewayRecord, isReachable } from '../registry/rules.ts';

/** What charge points in homes are rated at as a rule (32 A, 7.4 kW): the desk does not know the rating of each. */
const USUAL_RATING_A = 32;

/**
 * Relief to be expected of a measure now. Only homes that agreed, can be reached and whose figures are fresh count;
 * of all others nothing is known, and nothing is not relief.
 */
export function forecastOf(measure: Measure, members: readonly GatewayRecord[], nowUtcMs: UtcMs): Forecast {
  const consenting = members.filter(({ consent }) => consent === 'given');
  const counted = consenting.flatMap((record) => {
    const expected = expectedOf(measure, record, nowUtcMs);
    return expected === undefined ? [] : [expected];
  });
  const ages = counted.map(({ ageMs }) => ageMs).sort((one, other) => one - other);
  const [oldest, median] = [ages.at(-1), ages[Math.floor((ages.length - 1) / 2)]];
  return {
    at: new Date(nowUtcMs).toISOString(),
    homes: members.length,
    consenting: consenting.length,
    reachable: members.filter((record) => isReachable(record, nowUtcMs)).length,
    counted: counted.length,
    unknown: consenting.length - counted.length,
    reliefW: Math.round(sum(counted.map(({ reliefW }) => reliefW))),
    presentW: Math.round(sum(counted.map(({ presentW }) => presentW))),
    ...(oldest === undefined ? {} : { oldestSeconds: Math.round(oldest / 1_000) }),
    ...(median === undefined ? {} : { medianSeconds: Math.round(median / 1_000) }),
    remarks: [...remarksOn(measure, consenting.length - counted.length, counted)],
  };
}

export interface Expected {
  readonly reliefW: number;
  /** Flow that the measure is about: import, or for an export ceiling export. */
  readonly presentW: number;
  readonly ageMs: number;
  /** Closed loads that would be switched off, but that nothing measures. */
  readonly unmeasured: number;
}

/** Of one home. Absent: it has not agreed, is away, or what it draws now is not known. */
export function expectedOf(measure: Measure, record: GatewayRecord, nowUtcMs: UtcMs): Expected | undefined {
  const figures = freshFigures(record, nowUtcMs);
  if (record.consent !== 'given' || figures === undefined || !isReachable(record, nowUtcMs)) return undefined;
  const flowW = importPowerW(figures);
  const reliefW = reliefOf(measure, figures);
  if (reliefW === undefined || flowW === undefined) return undefined;
  const presentW = Math.max(0, measure.kind === 'exportCeiling' ? -flowW : flowW);
  const unmeasured = measure.kind === 'loadSwitchOpen' ? figures.switchedUnmeasured : 0;
  return { reliefW, presentW, ageMs: Math.max(0, nowUtcMs - figures.atUtcMs), unmeasured };
}

function reliefOf(measure: Measure, figures: LoadFigures): number | undefined {
  switch (measure.kind) {
    case 'loadSwitchOpen':
      return figures.switchedW;
    case 'chargePointCeiling': {
      const leastA = measure.floor ?? 0;
      const ceilingA = measure.ceilingA ?? (USUAL_RATING_A * (measure.percentOfRating ?? 100)) / 100;
      const mostA = Math.max(leastA, ceilingA);
      const cuts = figures.chargePoints?.flatMap(({ currentsA }) =>
        currentsA.map((a) => Math.max(0, a - mostA)),
      );
      return cuts === undefined ? undefined : powerW(cuts);
    }
    default:
      return ceilingRelief(measure, figures);
  }
}

/** What lies above the ceiling, but for import no more than what a gateway can move: the rest is the household's own. */
function ceilingRelief(
  measure: Extract<Measure, { readonly basis: unknown }>,
  figures: LoadFigures,
): number | undefined {
  const { phaseCurrentsA } = figures;
  if (phaseCurrentsA === undefined) return undefined;
  const isExport = measure.kind === 'exportCeiling';
  const flowsA = isExport ? phaseCurrentsA.map((a) => -a) : phaseCurrentsA;
  const most = Math.max(measure.ceiling, measure.floor ?? 0);
  const excessW =
    measure.basis === 'phaseCurrentA'
      ? sum(flowsA.map((a) => Math.max(0, a - most))) * NOMINAL_VOLTAGE_V
      : Math.max(0, powerW(flowsA) - most);
  if (isExport) return excessW;
  const movableW = chargePointsPowerW(figures);
  return movableW === undefined ? undefined : Math.min(excessW, movableW + figures.switchedW);
}

function remarksOn(measure: Measure, unknown: number, counted: readonly Expected[]): readonly string[] {
  const unmeasured = sum(counted.map((each) => each.unmeasured));
  return [
    ...(unknown === 0
      ? []
      : [`Of ${unknown} consenting ${homes(unknown)} nothing is known now; no relief is counted for them.`]),
    ...(unmeasured === 0
      ? []
      : [`${unmeasured} switched loads are not measured; their part of the relief is not counted.`]),
    ...(measure.kind === 'chargePointCeiling' && measure.percentOfRating !== undefined
      ? [`Ratings are not known at the desk: each charge point is taken for one of ${USUAL_RATING_A} A.`]
      : []),
    ...(measure.kind === 'exportCeiling'
      ? [
          'What generators cannot be limited is not known at the desk: all export above the ceiling is counted.',
        ]
      : []),
  ];
}

function homes(count: number): string {
  return count === 1 ? 'home' : 'homes';
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

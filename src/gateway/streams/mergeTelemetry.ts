import {
  type EnergyRegister,
  type Flow,
  type TelemetryBody,
  telemetrySchema,
} from '../../contract/telemetry.ts';

type Circuit = TelemetryBody['circuits'][number];
type Load = TelemetryBody['loads'][number];

const CLOCK_LEVELS: readonly TelemetryBody['clockLevel'][] = ['none', 'coarse', 'synced'];

/** @returns undefined for what is no interval of telemetry */
export function readTelemetry(body: string): TelemetryBody | undefined {
  const parsed = telemetrySchema.safeParse(JSON.parse(body));
  return parsed.success ? parsed.data : undefined;
}

/** What was in the house while it was taken: intervals of different houses are not merged. */
export function shapeOf({ circuits, loads }: TelemetryBody): string {
  const phasesOf = (phases: readonly { readonly phase: string }[]): string =>
    phases.map(({ phase }) => phase).join();
  return JSON.stringify([
    circuits.map(({ circuitId, phases }) => [circuitId, phasesOf(phases)]),
    loads.map(({ loadId, kind, phases }) => [loadId, kind, phasesOf(phases)]),
  ]);
}

/**
 * Several intervals of one shape, in their order, as one: means weighted by the time they cover, least and greatest values of
 * all, the narrowest ceilings; counters and states as they stood at the end. What was never known stays unknown.
 */
export function mergeTelemetry(bodies: readonly TelemetryBody[]): TelemetryBody {
  const [first] = bodies;
  const last = bodies.at(-1);
  if (first === undefined || last === undefined) throw new RangeError('expected at least one interval');
  const withheld = [...new Set(bodies.flatMap((body) => body.withheld ?? []))];
  return {
    ...last,
    intervalFrom: first.intervalFrom,
    durationMs: bodies.reduce((sum, { durationMs }) => sum + durationMs, 0),
    clockLevel: CLOCK_LEVELS.find((level) => bodies.some(({ clockLevel }) => clockLevel === level)) ?? 'none',
    circuits: last.circuits.map((_, place) =>
      mergeCircuits(bodies.flatMap(({ circuits }) => circuits[place] ?? [])),
    ),
    loads: last.loads.map((_, place) => mergeLoads(bodies.flatMap(({ loads }) => loads[place] ?? []))),
    ...(withheld.length === 0 ? {} : { withheld }),
  };
}

function mergeCircuits(circuits: readonly Circuit[]): Circuit {
  const last = lastOf(circuits);
  return {
    ...last,
    phases: last.phases.map((phase, place) => {
      const all = circuits.flatMap(({ phases }) => phases[place] ?? []);
      return {
        phase: phase.phase,
        flow: mergeFlows(all.map(({ flow }) => flow)),
        ...narrowest('importCeilingA', all),
        ...narrowest('exportCeilingA', all),
      };
    }),
    ...counter('importEnergy', circuits),
    ...counter('exportEnergy', circuits),
  };
}

function mergeLoads(loads: readonly Load[]): Load {
  const last = lastOf(loads);
  return {
    ...last,
    phases: last.phases.map(({ phase }, place) => ({
      phase,
      flow: mergeFlows(loads.flatMap(({ phases }) => phases[place]?.flow ?? [])),
    })),
    ...counter('energy', loads),
  };
}

function mergeFlows(flows: readonly Flow[]): Flow {
  const measured = flows.filter((flow) => flow.state === 'measured');
  if (measured.length === 0) return lastOf(flows);
  const coveredMs = measured.reduce((sum, flow) => sum + flow.coveredMs, 0);
  const chargeAMs = measured.reduce((sum, flow) => sum + flow.meanA * flow.coveredMs, 0);
  return {
    state: 'measured',
    meanA: Math.round((chargeAMs / coveredMs) * 100) / 100,
    minimumA: Math.min(...measured.map(({ minimumA }) => minimumA)),
    maximumA: Math.max(...measured.map(({ maximumA }) => maximumA)),
    coveredMs,
  };
}

/** A counter that could not be read at the end says more by its last value than by its fault. */
function counter<Name extends string>(
  name: Name,
  all: readonly { readonly [Key in Name]?: EnergyRegister }[],
): { readonly [Key in Name]?: EnergyRegister } {
  const known = all.map((one) => one[name]).filter((value) => value !== undefined);
  const value = known.findLast(({ state }) => state === 'measured') ?? known.at(-1);
  return value === undefined ? {} : ({ [name]: value } as { readonly [Key in Name]?: EnergyRegister });
}

function narrowest<Name extends 'importCeilingA' | 'exportCeilingA'>(
  name: Name,
  all: readonly { readonly [Key in Name]?: number }[],
): { readonly [Key in Name]?: number } {
  const ceilings = all.map((one) => one[name]).filter((ceilingA) => ceilingA !== undefined);
  return ceilings.length === 0
    ? {}
    : ({ [name]: Math.min(...ceilings) } as { readonly [Key in Name]?: number });
}

function lastOf<T>(values: readonly T[]): T {
  const last = values.at(-1);
  if (last === undefined) throw new RangeError('expected at least one value');
  return last;
}

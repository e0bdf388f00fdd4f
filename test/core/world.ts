import fc from 'fast-check';
import type { DecisionInput } from '../../src/core/decision.ts';
import { LOWEST_SUPPLY_VOLTAGE_V } from '../../src/core/figures.ts';
import { EMPTY_LOAD_MEMORY, EMPTY_MEMORY, type LoadMemory, type Memory } from '../../src/core/memory.ts';
import type { Pace } from '../../src/core/pace.ts';
import type { Limit } from '../../src/domain/limit.ts';
import { PHASES, type Phase } from '../../src/domain/phase.ts';
import type { DeviceReadings, PointName, PointValue, Snapshot } from '../../src/domain/point.ts';
import { measured, type Reading, unknown } from '../../src/domain/reading.ts';
import {
  type ChargePointPlan,
  type Circuit,
  hasLevel,
  type LoadPlan,
  type MeterPlan,
  type ObservedSwitchPlan,
  type PhaseMap,
  type SitePlan,
} from '../../src/domain/sitePlan.ts';
import { DEFAULT_TIMING } from '../../src/domain/timing.ts';

export const NOW_MS = 1_000_000;

/** Most readings of a sweep are of one moment. */
export const USUAL_AGE_MS = 100;

const anyAge = fc.oneof(
  { weight: 14, arbitrary: fc.constant(USUAL_AGE_MS) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 900 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 9000 }) },
);

const usual = fc.constant(USUAL_AGE_MS);

type Ages = fc.Arbitrary<number>;

function reading<T extends PointValue>(value: fc.Arbitrary<T>, age: Ages): fc.Arbitrary<Reading<PointValue>> {
  return fc.oneof(
    { weight: 9, arbitrary: fc.tuple(value, age).map(([v, a]) => measured<PointValue>(v, NOW_MS - a)) },
    { weight: 1, arbitrary: age.map((a) => unknown('device-timeout', NOW_MS - a)) },
  );
}

const amps = (max: number) => fc.double({ min: 0, max, noNaN: true });

function mapOf(phases: readonly Phase[], rotation: number): PhaseMap {
  return Object.fromEntries(
    phases.map((phase, index) => [phase, PHASES[(index + rotation) % phases.length]]),
  );
}

function loadPlan(
  index: number,
  phases: readonly Phase[],
  circuits: readonly string[],
  meters: boolean,
): fc.Arbitrary<LoadPlan> {
  const common = fc.record({
    circuitId: fc.constantFrom(...circuits),
    priority: fc.integer({ min: 1, max: 3 }),
    phase: fc.constantFrom(...phases),
    all: fc.boolean(),
    rotation: fc.integer({ min: 0, max: 2 }),
  });
  const base = common.map(({ circuitId, priority, phase, all, rotation }) => ({
    loadId: `load-${index}`,
    deviceId: `device-${index}`,
    circuitId,
    priority,
    phaseMap: all ? mapOf(phases, rotation) : ({ [phase]: 'L1' } as PhaseMap),
  }));
  const restMs = fc.option(fc.constantFrom(60_000, 600_000), { nil: undefined, freq: 2 });
  const chargePoint = fc
    .tuple(base, fc.constantFrom(0, 6), fc.constantFrom(0, 6), restMs)
    .map(([plan, floorA, safeCurrentA, rest]): LoadPlan => {
      const switches = rest !== undefined && Object.keys(plan.phaseMap).length === PHASES.length;
      return {
        ...plan,
        kind: 'chargePoint',
        ratingA: 32,
        minimumA: 6,
        floorA: switches ? 0 : floorA,
        safeCurrentA,
        fallbackCurrentA: 6,
        fallbackTimeoutMs: 30_000,
        ...(switches ? { phaseSwitching: { restMs: rest } } : {}),
      };
    });
  const meter = meters ? { meterId: `load-meter-${index}` } : {};
  const switched = fc.tuple(base, fc.constantFrom<'open' | 'closed'>('open', 'open', 'closed')).map(
    ([plan, floor]): LoadPlan => ({
      ...plan,
      ...meter,
      kind: 'switchedLoad',
      ratingA: 13,
      relayChannel: 1,
      floor,
      safePosition: floor,
      minimumOpenMs: 60_000,
    }),
  );
  const generator = base.map(
    (plan): LoadPlan => ({
      ...plan,
      ...meter,
      kind: 'switchedGenerator',
      ratingA: 16,
      relayChannel: 1,
      minimumOpenMs: 60_000,
    }),
  );
  const limited = fc
    .tuple(base, fc.constantFrom(0, 4))
    .map(
      ([plan, safeCurrentA]): LoadPlan => ({ ...plan, kind: 'limitedGenerator', ratingA: 16, safeCurrentA }),
    );
  return fc.oneof(
    { weight: 4, arbitrary: chargePoint },
    { weight: 3, arbitrary: switched },
    { weight: 1, arbitrary: generator },
    { weight: 1, arbitrary: limited },
  );
}

function sitePlan(): fc.Arbitrary<SitePlan> {
  return fc
    .record({
      phases: fc.constantFrom<readonly Phase[]>(['L1'], PHASES),
      hasSub: fc.boolean(),
      subMetered: fc.boolean(),
      count: fc.integer({ min: 1, max: 4 }),
      mil: fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined }),
      mel: fc.option(fc.integer({ min: 0, max: 30 }), { nil: undefined }),
      loadMeters: fc.boolean(),
      observed: fc.option(fc.integer({ min: 0, max: 30 }), { nil: undefined, freq: 1 }),
    })
    .chain(({ phases, hasSub, subMetered, count, mil, mel, loadMeters, observed }) => {
      const names = hasSub ? ['supply', 'garage'] : ['supply'];
      return fc
        .tuple(...Array.from({ length: count }, (_, index) => loadPlan(index, phases, names, loadMeters)))
        .map((loads): SitePlan => {
          const circuits: Circuit[] = [
            {
              circuitId: 'supply',
              ratingA: 60,
              derating: 0.9,
              meterId: 'supply-meter',
              ...(mil === undefined ? {} : { maximumImportLimitA: mil }),
              ...(mel === undefined ? {} : { maximumExportLimitA: mel }),
            },
          ];
          const meters: MeterPlan[] = [
            {
              meterId: 'supply-meter',
              deviceId: 'supply-device',
              phaseMap: mapOf(phases, 0),
              isInverted: false,
            },
          ];
          if (hasSub) {
            circuits.push({
              circuitId: 'garage',
              parentId: 'supply',
              ratingA: 32,
              derating: 1,
              ...(subMetered ? { meterId: 'garage-meter' } : {}),
            });
            if (subMetered)
              meters.push({
                meterId: 'garage-meter',
                deviceId: 'garage-device',
                phaseMap: mapOf(phases, 0),
                isInverted: false,
              });
          }
          for (const load of loads) {
            if (hasLevel(load) || load.meterId === undefined) continue;
            meters.push({
              meterId: load.meterId,
              deviceId: load.meterId,
              phaseMap: load.phaseMap,
              isInverted: false,
            });
          }
          return {
            siteId: 'generated',
            revision: 1,
            phases,
            nominalVoltageV: 230,
            lines: [],
            devices: [],
            meters,
            circuits,
            loads,
            ...(observed === undefined ? {} : { observedSwitches: [observedSwitch(names, observed)] }),
            timing: DEFAULT_TIMING,
          };
        });
    });
}

/** A three-phase home with a charge point that switches its phases, and perhaps another load. */
export function switchingHome(): fc.Arbitrary<SitePlan> {
  const charger = (index: number) =>
    loadPlan(index, PHASES, ['supply'], false).filter(
      (plan) => plan.kind === 'chargePoint' && plan.phaseSwitching !== undefined,
    );
  return fc
    .record({
      charger: charger(0),
      other: fc.oneof(fc.constant(undefined), loadPlan(1, PHASES, ['supply'], false), charger(1)),
      // No agreed limit: a household that knows none would be locked out for good.
      ratingA: fc.integer({ min: 16, max: 45 }),
      unbalance: fc.option(fc.integer({ min: 5, max: 25 }), { nil: undefined, freq: 1 }),
    })
    .map(({ charger: plan, other, ratingA, unbalance }): SitePlan => {
      const meterId = 'supply-meter';
      return {
        siteId: 'generated',
        revision: 1,
        phases: PHASES,
        nominalVoltageV: 230,
        lines: [],
        devices: [],
        meters: [{ meterId, deviceId: 'supply-device', phaseMap: mapOf(PHASES, 0), isInverted: false }],
        circuits: [
          {
            circuitId: 'supply',
            ratingA,
            derating: 1,
            meterId,
            ...(unbalance === undefined ? {} : { maximumUnbalanceA: unbalance }),
          },
        ],
        loads: other === undefined ? [plan] : [plan, other],
        timing: DEFAULT_TIMING,
      };
    });
}

function observedSwitch(circuitIds: readonly string[], ceilingA: number): ObservedSwitchPlan {
  return {
    switchId: 'supplier',
    deviceId: 'signals',
    seenAt: 'input',
    channel: 1,
    limitsWhen: 'deenergised',
    circuitId: circuitIds.at(-1) ?? 'supply',
    ceilingA,
  };
}

function meterReadings(phases: readonly Phase[], maxA: number, age: Ages): fc.Arbitrary<DeviceReadings> {
  const points = phases.map((phase) =>
    fc
      .record({
        current: reading(amps(maxA), age),
        sign: fc.constantFrom(1, 1, 1, -1),
        power: fc.boolean(),
      })
      .map(({ current, sign, power }): [PointName, Reading<PointValue>][] => {
        const rows: [PointName, Reading<PointValue>][] = [
          [`phaseCurrentA.${phase}`, current],
          [`phaseVoltageV.${phase}`, measured<PointValue>(240, NOW_MS - 100)],
        ];
        if (power && current.state === 'measured') {
          rows.push([
            `phasePowerW.${phase}`,
            measured<PointValue>(sign * (current.value as number) * 230, current.measuredAtMs),
          ]);
        }
        return rows;
      }),
  );
  return fc.tuple(...points).map((rows) => Object.fromEntries(rows.flat()) as DeviceReadings);
}

/** An inverter that gives some part of what it may. */
function inverterReadings(plan: LoadPlan, age: Ages): fc.Arbitrary<DeviceReadings> {
  const phases = Object.keys(plan.phaseMap).length;
  return fc
    .record({
      limitA: reading(amps(plan.ratingA), age),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    .map(({ limitA, share }) => {
      if (limitA.state !== 'measured') return { powerLimitW: limitA, totalPowerW: limitA } as DeviceReadings;
      const mostW = (limitA.value as number) * phases * LOWEST_SUPPLY_VOLTAGE_V;
      const at = limitA.measuredAtMs;
      return {
        powerLimitW: measured<PointValue>(mostW, at),
        totalPowerW: measured<PointValue>(-share * mostW, at),
      } as DeviceReadings;
    });
}

function loadReadings(plan: LoadPlan, age: Ages): fc.Arbitrary<DeviceReadings> {
  if (plan.kind === 'limitedGenerator') return inverterReadings(plan, age);
  if (plan.kind !== 'chargePoint') {
    return reading(fc.boolean(), age).map(
      (position) => ({ [`relayClosed.${plan.relayChannel}`]: position }) as DeviceReadings,
    );
  }
  return fc
    .record({
      setpoint: reading(amps(32), age),
      state: reading(
        fc.constantFrom('A' as const, 'B' as const, 'C' as const, 'C' as const, 'C' as const, 'F' as const),
        age,
      ),
      // A car draws at most what it was told; one that draws more is a fault with tests of its own.
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      when: reading(fc.constant(0), age),
      onePhase: reading(fc.boolean(), age),
      // One in eight says that it is on one phase and is not.
      isTrue: fc.integer({ min: 0, max: 7 }).map((value) => value > 0),
    })
    .map(({ setpoint, state, share, when, onePhase, isTrue }) => {
      const isRead = onePhase.state === 'measured' && onePhase.value === true;
      const isOne = plan.phaseSwitching !== undefined && isRead && isTrue;
      const mostA = setpoint.state === 'measured' ? (setpoint.value as number) : 0;
      const current =
        when.state === 'measured' ? measured<PointValue>(share * mostA, when.measuredAtMs) : when;
      return {
        setpointA: setpoint,
        chargingState: state,
        'phaseCurrentA.L1': current,
        'phaseCurrentA.L2': isOne && current.state === 'measured' ? { ...current, value: 0 } : current,
        'phaseCurrentA.L3': isOne && current.state === 'measured' ? { ...current, value: 0 } : current,
        ...(plan.phaseSwitching === undefined ? {} : { onePhase }),
      } as DeviceReadings;
    });
}

function snapshotOf(site: SitePlan, age: Ages): fc.Arbitrary<Snapshot> {
  const rows: fc.Arbitrary<[string, DeviceReadings]>[] = site.meters.map((meter) => {
    const maxA = meter.meterId.startsWith('load-meter') ? 13 : 90;
    return meterReadings(Object.values(meter.phaseMap) as Phase[], maxA, age).map((readings) => [
      meter.deviceId,
      readings,
    ]);
  });
  for (const load of site.loads)
    rows.push(loadReadings(load, age).map((readings) => [load.deviceId, readings]));
  for (const { deviceId } of site.observedSwitches ?? []) {
    rows.push(
      reading(fc.boolean(), age).map((input) => [deviceId, { 'inputActive.1': input } as DeviceReadings]),
    );
  }
  return fc.tuple(...rows).map((entries) => withOpenContactsDry(site, Object.fromEntries(entries)));
}

/** Nothing flows through an open contact; one that is welded is a fault with tests of its own. */
function withOpenContactsDry(site: SitePlan, snapshot: Record<string, DeviceReadings>): Snapshot {
  for (const load of site.loads) {
    if (hasLevel(load) || load.meterId === undefined) continue;
    const position = snapshot[load.deviceId]?.[`relayClosed.${load.relayChannel}`];
    if (position?.state !== 'measured' || position.value === true) continue;
    const readings = Object.entries(snapshot[load.meterId] ?? {}).map(([point, reading]) => {
      const isFlow = point.startsWith('phaseCurrentA') || point.startsWith('phasePowerW');
      return [
        point,
        isFlow && reading?.state === 'measured' ? measured<PointValue>(0, reading.measuredAtMs) : reading,
      ];
    });
    snapshot[load.meterId] = Object.fromEntries(readings);
  }
  return snapshot;
}

/** What may be remembered of phases that are switched: steady, or anywhere in a changeover. */
function phaseMemory({
  phaseSwitching,
  loadId,
  circuitId,
}: ChargePointPlan): fc.Arbitrary<Partial<LoadMemory>> {
  if (phaseSwitching === undefined) return fc.constant({});
  const reason = {
    kind: 'limit',
    limitId: `${loadId}:own`,
    source: 'protection',
    circuitId,
    direction: 'import',
    basis: 'phaseCurrentA',
    ceiling: 0,
    text: 'changing over',
  } as const;
  return fc
    .record({
      told: fc.constantFrom(undefined, 1 as const, 3 as const),
      agoMs: fc.integer({ min: 0, max: 900_000 }),
      betterMs: fc.constantFrom(undefined, 1_000, 61_000, 700_000),
      to: fc.constantFrom(undefined, undefined, undefined, 1 as const, 3 as const),
      isTold: fc.boolean(),
      sinceMs: fc.integer({ min: 0, max: 40_000 }),
    })
    .map(({ told, agoMs, betterMs, to, isTold, sinceMs }) => ({
      phases: {
        switchedAtMs: NOW_MS - (to !== undefined && isTold ? sinceMs : agoMs),
        ...(told === undefined ? {} : { told }),
        ...(betterMs === undefined || to !== undefined ? {} : { betterSinceMs: NOW_MS - betterMs }),
        ...(to === undefined
          ? {}
          : {
              ...(isTold ? { told: to } : {}),
              changeover: { to, isTold, sinceMs: NOW_MS - sinceMs, reason },
            }),
      },
    }));
}

function loadMemory(plan: LoadPlan): fc.Arbitrary<LoadMemory> {
  const commanded =
    plan.kind === 'chargePoint'
      ? fc.constantFrom(0, 6, 10, 16, 32)
      : plan.kind === 'limitedGenerator'
        ? fc.constantFrom(0, 4, 9, 16)
        : fc.constantFrom(0, 1);
  return fc
    .record({
      commanded: fc.option(commanded, { nil: undefined, freq: 4 }),
      phases: plan.kind === 'chargePoint' ? phaseMemory(plan) : fc.constant({}),
      agoMs: fc.integer({ min: 0, max: 200_000 }),
      last: amps(plan.ratingA),
    })
    .map(({ commanded: value, agoMs, last, phases }) => ({
      ...EMPTY_LOAD_MEMORY,
      ...phases,
      commandedAtMs: NOW_MS - agoMs,
      narrowedAtMs: NOW_MS - agoMs,
      pausedAtMs: NOW_MS - agoMs,
      lastInForce: hasLevel(plan) ? last : last > plan.ratingA / 2 ? plan.ratingA : 0,
      lastAnsweredAtMs: NOW_MS - agoMs,
      ...(value === undefined ? {} : { commanded: value }),
    }));
}

function memoryOf(site: SitePlan): fc.Arbitrary<Memory> {
  return fc.tuple(...site.loads.map(loadMemory)).map((memories) => ({
    ...EMPTY_MEMORY,
    loads: Object.fromEntries(site.loads.map((load, index) => [load.loadId, memories[index] as LoadMemory])),
  }));
}

export function limitOn(site: SitePlan): fc.Arbitrary<Limit> {
  return fc
    .record({
      circuitId: fc.constantFrom(...site.circuits.map((circuit) => circuit.circuitId)),
      direction: fc.constantFrom('import' as const, 'import' as const, 'export' as const),
      basis: fc.constantFrom('phaseCurrentA' as const, 'phaseCurrentA' as const, 'activePowerW' as const),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      phases: fc.option(fc.subarray([...site.phases], { minLength: 1 }), { nil: undefined }),
      id: fc.integer({ min: 1, max: 99 }),
    })
    .map(({ circuitId, direction, basis, share, phases, id }) => ({
      limitId: `event-${id}`,
      source: 'curtailment',
      circuitId,
      direction,
      basis,
      ceiling: basis === 'phaseCurrentA' ? share * 60 : share * 14_000,
      validFromMs: 0,
      validUntilMs: NOW_MS + 600_000,
      reason: 'a curtailment',
      ...(phases === undefined || basis === 'activePowerW' ? {} : { phases }),
    }));
}

/** Everything the judgement may be given at one moment; simultaneous: all that was read, was read together. */
export function moments(ages: 'any' | 'simultaneous' = 'any'): fc.Arbitrary<DecisionInput> {
  return sitePlan().chain((site) =>
    fc
      .record({
        snapshot: snapshotOf(site, ages === 'any' ? anyAge : usual),
        memory: memoryOf(site),
        limits: fc.uniqueArray(limitOn(site), { maxLength: 3, selector: (limit) => limit.limitId }),
        randomOffsetMs: fc.integer({ min: 0, max: 600_000 }),
        canRecord: fc.boolean(),
      })
      .map(
        (rest): DecisionInput => ({
          now: { runningMs: NOW_MS, utcMs: Date.UTC(2026, 0, 5), clockLevel: 'synced' },
          site,
          paces: Object.fromEntries(
            site.loads.map((load): [string, Pace] => [
              load.deviceId,
              { writeSpacingMs: 0, setpointStepA: 0.1 },
            ]),
          ),
          ...rest,
        }),
      ),
  );
}

import { describe, expect, it } from 'vitest';
import { decide } from '../../src/core/decide.ts';
import { unknown } from '../../src/domain/reading.ts';
import { CHARGE_POINT, curtailment, decideScene, NOW_MS, SITE, sceneInput, told } from './smallHome.ts';

describe('narrowing', () => {
  it('brings the car down at once when the household steps above the cut-out', () => {
    const decision = decideScene({ gridA: 60, car: { setpointA: 32 } });
    // 60 A with 32 A of car leave 28 A; 54 A less the margin of 0.8 A is 25.2 A.
    expect(told(decision)).toEqual(['car 25.2 A narrowing']);
    expect(decision.commands[0]?.reason).toMatchObject({
      kind: 'limit',
      limitId: 'supply:rating:import',
      phase: 'L1',
      observed: 60,
    });
  });

  it('does nothing between the margin and the ceiling, so that noise moves nothing', () => {
    expect(told(decideScene({ gridA: 53.9, car: { setpointA: 32 } }))).toEqual([]);
  });

  it('sheds the load of the lower priority first', () => {
    const decision = decideScene({
      gridA: 56,
      car: { setpointA: 32 },
      heater: { isClosed: true, drawnA: 13 },
    });
    expect(told(decision)).toEqual(['heater open narrowing']);
  });

  it('pauses a car for which less than 6 A is left (IEC 61851-1), and 0 A is never no limit', () => {
    const decision = decideScene({ gridA: 70, car: { setpointA: 20 } });
    expect(told(decision)).toEqual(['car 0 A narrowing']);
  });

  it('keeps a charge point at the floor of the plan when nothing is left for it', () => {
    const site = {
      ...SITE,
      loads: SITE.loads.map((load) => (load.kind === 'chargePoint' ? { ...load, floorA: 6 } : load)),
    };
    expect(told(decideScene({ site, gridA: 70, car: { setpointA: 20 } }))).toEqual(['car 6 A narrowing']);
  });

  it('takes what a heater draws above its rating into account', () => {
    // 54.2 A with a heater that takes 13.6 A: it is really there, whatever its plate says.
    const decision = decideScene({
      gridA: 54.2,
      car: { setpointA: 32 },
      heater: { isClosed: true, drawnA: 13.6 },
    });
    expect(told(decision)).toEqual(['heater open narrowing']);
  });

  it('holds a zero ceiling as a real ceiling', () => {
    const decision = decideScene({ gridA: 20, car: { setpointA: 10 }, limits: [curtailment(0)] });
    expect(told(decision)).toEqual(['car 0 A narrowing']);
    expect(decision.commands[0]?.reason).toMatchObject({ source: 'curtailment', ceiling: 0 });
  });

  it('holds a ceiling in watts over all phases', () => {
    const limit = curtailment(2300, { basis: 'activePowerW' });
    expect(told(decideScene({ gridA: 20, car: { setpointA: 16 }, limits: [limit] }))).toEqual([
      'car 6 A narrowing',
    ]);
  });

  it('pauses a car only when there is no room for the least, not for the sake of the margin', () => {
    const car = { setpointA: 16, drawnA: 16 };
    expect(told(decideScene({ gridA: 20, car, limits: [curtailment(10.1)] }))).toEqual(['car 6 A narrowing']);
    expect(told(decideScene({ gridA: 20, car, limits: [curtailment(9.9)] }))).toEqual(['car 0 A narrowing']);
  });

  it('opens the generator when the export is above the agreed limit', () => {
    const decision = decideScene({ gridA: -17, car: { state: 'A' } });
    expect(told(decision)).toContain('solar open narrowing');
    expect(decision.commands.find(({ loadId }) => loadId === 'solar')?.reason).toMatchObject({
      source: 'limitationScheme',
      direction: 'export',
    });
  });

  it('opens the generator in the same decision when shedding a load would raise the export above its limit', () => {
    const shed = decideScene({
      gridA: -4,
      car: { setpointA: 16, drawnA: 16 },
      site: {
        ...SITE,
        circuits: SITE.circuits.map((circuit) => ({ ...circuit, maximumExportLimitA: 10 })),
        loads: SITE.loads.map((load) => (load.kind === 'chargePoint' ? { ...load, ratingA: 6 } : load)),
      },
    });
    expect(told(shed)).toContain('solar open narrowing');
  });

  it('says a command again that the device does not confirm, at the pace at which it could have', () => {
    const memory = { commanded: 10, commandedAtMs: NOW_MS - 5_000 };
    const decision = decideScene({
      gridA: 40,
      car: { setpointA: 32, drawnA: 32, commandedA: 10 },
      memories: { car: memory },
    });
    expect(told(decision)).toContain('car 10 A narrowing');
    expect(decision.commands[0]?.reason).toEqual({
      kind: 'fault',
      code: 'setpoint-not-confirmed',
      subject: 'charger',
    });
    const soon = decideScene({
      gridA: 40,
      car: { setpointA: 32, drawnA: 32, commandedA: 10 },
      memories: { car: { ...memory, reassertedAtMs: NOW_MS - 1_000 } },
    });
    expect(told(soon)).not.toContain('car 10 A narrowing');
  });
});

describe('widening', () => {
  it('raises a car that uses all it has by one step of the ramp, no more often than its device allows', () => {
    const decision = decideScene({ gridA: 20, car: { setpointA: 10 } });
    expect(told(decision)).toEqual(['car 15 A widening']);
    const soon = decideScene({
      gridA: 20,
      car: { setpointA: 10 },
      memories: { car: { commandedAtMs: NOW_MS - 4_000 } },
    });
    expect(told(soon)).toEqual([]);
    expect(soon.explanation.loads.find(({ loadId }) => loadId === 'car')?.waitsFor).toBe('ramp');
  });

  it('starts a paused car at its minimum and admits the rest from headroom', () => {
    const paused = decideScene({
      gridA: 5,
      car: { setpointA: 0, state: 'B' },
      memories: { car: { pausedAtMs: NOW_MS - 61_000 } },
    });
    expect(told(paused)).toContain('car 6 A widening');
    const resting = decideScene({
      gridA: 5,
      car: { setpointA: 0, state: 'B' },
      memories: { car: { pausedAtMs: NOW_MS - 59_000 } },
    });
    expect(told(resting).filter((line) => line.startsWith('car'))).toEqual([]);
  });

  it('grows only into what is free while the loads that make room for it still draw', () => {
    const decision = decideScene({
      gridA: 51,
      car: { setpointA: 10 },
      heater: { isClosed: true, drawnA: 13 },
    });
    // 28 A of household, and the heater's 13 A are there until it is seen open: 53.2 - 28 - 13.
    expect(told(decision)).toEqual(['car 12.2 A widening', 'heater open narrowing']);
  });

  it('does not raise a car that draws less than it may', () => {
    expect(
      told(decideScene({ gridA: 20, car: { setpointA: 16, drawnA: 8 } })).filter((line) =>
        line.startsWith('car'),
      ),
    ).toEqual([]);
  });

  it.each([
    ['the record cannot be written', { change: { canRecord: false } }],
    ['the meter is late', { gridAgeMs: 2_000 }],
    [
      'nothing can be relied on',
      { change: { distrust: { code: 'store-set-aside' as const, subject: 'x' } } },
    ],
  ])('widens nothing while %s', (_, scene) => {
    const decision = decideScene({ gridA: 20, car: { setpointA: 10 }, ...scene });
    expect(decision.commands.filter(({ effect }) => effect === 'widening')).toEqual([]);
  });

  it('closes the heater when its rating fits beside all that the others may draw, after its rest', () => {
    expect(told(decideScene({ gridA: 10, car: { state: 'A', setpointA: 6, drawnA: 0 } }))).toEqual([
      'heater closed widening',
    ]);
    const resting = { heater: { pausedAtMs: NOW_MS - 59_000 } };
    expect(
      told(decideScene({ gridA: 10, car: { state: 'A', setpointA: 6, drawnA: 0 }, memories: resting })),
    ).toEqual([]);
    expect(told(decideScene({ gridA: 36, car: { state: 'A', setpointA: 6, drawnA: 0 } }))).toEqual([]);
  });

  it('closes the generator only when its full rating would stay below the agreed export', () => {
    const car = { state: 'A' as const, setpointA: 6, drawnA: 0 };
    expect(told(decideScene({ gridA: 1, car, solar: { isClosed: false } }))).not.toContain(
      'solar closed widening',
    );
    expect(told(decideScene({ gridA: 4, car, solar: { isClosed: false } }))).toContain(
      'solar closed widening',
    );
  });
});

describe('silence', () => {
  it('keeps everything as it is while a meter is late, and names it', () => {
    const decision = decideScene({ gridA: 20, gridAgeMs: 2_000, car: { setpointA: 20 } });
    expect(decision.commands).toEqual([]);
    expect(decision.explanation.loads[0]?.reason).toEqual({
      kind: 'fault',
      code: 'meter-stale',
      subject: 'grid',
    });
  });

  it.each([
    ['silent past the hold time', { gridA: 20, gridAgeMs: 2_600 }],
    ['unknown for long', { gridIsGone: true }],
  ])('takes the loads behind a meter to their safe posture when it is %s', (_, scene) => {
    const decision = decideScene({
      ...scene,
      car: { setpointA: 20 },
      heater: { isClosed: true, drawnA: 13 },
    });
    expect(told(decision)).toEqual(['car 0 A narrowing', 'heater open narrowing', 'solar open narrowing']);
    expect(decision.explanation.posture).toBe('safe');
    for (const { reason } of decision.commands)
      expect(reason).toMatchObject({ kind: 'fault', subject: 'grid' });
  });

  it('counts the silence of a meter from its last fresh reading, also when its device is given up later', () => {
    const input = sceneInput({ gridA: 20, car: { setpointA: 20 } });
    const { memory } = decide(input);
    const gone = {
      'phaseCurrentA.L1': { state: 'unknown', fault: 'device-timeout', sinceMs: NOW_MS + 2_900 },
    } as const;
    const later = { ...input.now, runningMs: NOW_MS + 3_000 };
    const decision = decide({ ...input, memory, now: later, snapshot: { ...input.snapshot, grid: gone } });
    expect(decision.explanation.posture).toBe('safe');
    expect(told(decision)).toContain('car 0 A narrowing');
  });

  it('holds a charge point at its fall-back current from the start until the first good picture', () => {
    const input = sceneInput({ car: { setpointA: 20 } });
    const unread = {
      'phaseCurrentA.L1': { state: 'unknown', fault: 'not-yet-read', sinceMs: NOW_MS - 100 },
    } as const;
    const decision = decide({ ...input, snapshot: { ...input.snapshot, grid: unread } });
    expect(told(decision)).toEqual(['car 6 A narrowing']);
    expect(decision.explanation.posture).toBe('normal');
  });

  it('takes a meter that repeats itself to the last digit for a dead one', () => {
    const input = sceneInput({ gridA: 20, car: { setpointA: 20 } });
    const first = decide({ ...input, now: { ...input.now, runningMs: NOW_MS - 30_000 } });
    const memory = { ...input.memory, meters: first.memory.meters };
    const decision = decide({ ...input, memory });
    expect(told(decision)).toContain('car 0 A narrowing');
    expect(decision.events).toContainEqual({ kind: 'faultRaised', code: 'meter-frozen', subject: 'grid' });
  });

  it('counts a silent charge point with all that it may draw until its proven fall-back must have acted', () => {
    const car = { isGone: true, commandedA: 20 };
    const memory = {
      commanded: 20,
      lastInForce: 20,
      isFallbackProven: true,
      lastAnsweredAtMs: NOW_MS - 10_000,
    };
    const heater = { isClosed: true, drawnA: 13 };
    // 42 A seen and 20 A more may come: the heater must go.
    expect(told(decideScene({ gridA: 42, car, heater, memories: { car: memory } }))).toContain(
      'heater open narrowing',
    );
    const fallen = { ...memory, lastAnsweredAtMs: NOW_MS - 31_000 };
    expect(told(decideScene({ gridA: 42, car, heater, memories: { car: fallen } }))).not.toContain(
      'heater open narrowing',
    );
  });

  it('does not close a load whose own meter is silent', () => {
    const input = sceneInput({ gridA: 10, car: { state: 'A', setpointA: 6, drawnA: 0 } });
    const snapshot = { ...input.snapshot, 'heater-meter': {} };
    expect(told(decide(input))).toContain('heater closed widening');
    expect(told(decide({ ...input, snapshot }))).not.toContain('heater closed widening');
  });

  it('tells a device that was never told anything and cannot be read: narrowing needs no proof', () => {
    const input = sceneInput({ gridIsGone: true, car: { isGone: true } });
    const { car: _, ...loads } = input.memory.loads;
    const decision = decide({ ...input, memory: { ...input.memory, loads } });
    expect(told(decision)).toContain('car 0 A narrowing');
  });

  it('does not tell a device that is about to be met', () => {
    const input = sceneInput({ gridIsGone: true });
    const { car: _, ...loads } = input.memory.loads;
    const charger = { setpointA: unknown('not-yet-read', NOW_MS - 500) };
    const decision = decide({
      ...input,
      memory: { ...input.memory, loads },
      snapshot: { ...input.snapshot, charger },
    });
    expect(decision.commands.filter(({ loadId }) => loadId === 'car')).toEqual([]);
  });

  it('finds a welded contact by the meter of the load, says so, and lets the car make room for it', () => {
    const memories = { heater: { commandedAtMs: NOW_MS - 10_000 } };
    const decision = decideScene({
      gridA: 57,
      car: { setpointA: 32 },
      heater: { isClosed: false, drawnA: 13 },
      memories,
    });
    expect(decision.events).toContainEqual({
      kind: 'faultRaised',
      code: 'load-exceeds-setpoint',
      subject: 'relay',
    });
    expect(told(decision)).toEqual(['car 28.2 A narrowing', 'heater open narrowing']);
  });

  it('holds the starting current for a charge point without a car', () => {
    expect(told(decideScene({ gridA: 20, car: { setpointA: 32, drawnA: 0, state: 'A' } }))).toContain(
      'car 6 A narrowing',
    );
  });
});

describe('limits in time', () => {
  it('takes hold without any delay, and is released only after its end and the random offset', () => {
    const limit = curtailment(20, { validUntilMs: NOW_MS + 1_000 });
    const first = decideScene({ gridA: 40, car: { setpointA: 20 }, limits: [limit] });
    expect(first.events[0]).toMatchObject({ kind: 'limitStarted', limitId: 'curtailment' });
    expect(told(first)).toEqual(['car 0 A narrowing']);
    const input = sceneInput({ gridA: 20, car: { setpointA: 0, state: 'B' } });
    const later = (ms: number, memory = first.memory) =>
      decide({ ...input, now: { ...input.now, runningMs: NOW_MS + ms }, memory });
    const ended = later(2_000);
    expect(ended.events).toContainEqual({
      kind: 'limitEnded',
      limitId: 'curtailment',
      releasesAtMs: NOW_MS + 301_000,
    });
    expect(ended.explanation.limits.map(({ limitId }) => limitId)).toContain('curtailment');
    expect(later(300_999, ended.memory).events).not.toContainEqual({
      kind: 'limitReleased',
      limitId: 'curtailment',
    });
    expect(later(301_000, ended.memory).events).toContainEqual({
      kind: 'limitReleased',
      limitId: 'curtailment',
    });
  });

  it('keeps no list of curtailments that a narrower one has replaced', () => {
    const input = sceneInput({ gridA: 20, car: { setpointA: 20 } });
    let { memory } = input;
    for (let ceiling = 40; ceiling > 20; ceiling -= 1)
      memory = decide({ ...input, memory, limits: [curtailment(ceiling)] }).memory;
    expect(memory.held).toEqual([]);
    for (let ceiling = 20; ceiling < 40; ceiling += 1)
      memory = decide({ ...input, memory, limits: [curtailment(ceiling)] }).memory;
    // The narrowest of those that were lifted holds for all of them.
    expect(memory.held.map(({ limit }) => limit.ceiling)).toEqual([20]);
  });

  it('ends a limit by the wall clock only while that is synced', () => {
    const limit = curtailment(20, { validUntilUtcMs: Date.UTC(2026, 0, 4) });
    const input = sceneInput({ limits: [limit] });
    const isIn = (clockLevel: 'synced' | 'coarse') =>
      decide({ ...input, now: { ...input.now, clockLevel } }).explanation.limits.some(
        ({ source }) => source === 'curtailment',
      );
    expect(isIn('synced')).toBe(false);
    expect(isIn('coarse')).toBe(true);
  });

  it('follows an excursion from its start to its end', () => {
    const first = decideScene({ gridA: 60, car: { setpointA: 32 } });
    expect(first.events).toContainEqual({
      kind: 'excursionStarted',
      circuitId: 'supply',
      direction: 'import',
      phase: 'L1',
      flowA: 60,
      ceilingA: 54,
    });
    const input = sceneInput({ gridA: 50, car: { setpointA: 25.2 } });
    const second = decide({
      ...input,
      memory: { ...input.memory, excursions: first.memory.excursions },
      now: { ...input.now, runningMs: NOW_MS + 1_000 },
    });
    expect(second.events).toContainEqual({
      kind: 'excursionEnded',
      circuitId: 'supply',
      direction: 'import',
      phase: 'L1',
      durationMs: 1_000,
      peakA: 60,
    });
  });

  it('tells the phases of a charge point apart that is wired to L2 of a three-phase supply', () => {
    const site = {
      ...SITE,
      phases: ['L1', 'L2'] as const,
      loads: [{ ...CHARGE_POINT, phaseMap: { L2: 'L1' as const } }],
      meters: [
        {
          meterId: 'grid',
          deviceId: 'grid',
          phaseMap: { L1: 'L1' as const, L2: 'L2' as const },
          isInverted: false,
        },
      ],
    };
    const input = sceneInput({ site, gridA: 70, car: { setpointA: 20 } });
    const grid = input.snapshot.grid ?? {};
    const quiet = {
      ...grid,
      'phaseCurrentA.L2': { ...grid['phaseCurrentA.L1'], value: 30 },
      'phasePowerW.L2': { ...grid['phasePowerW.L1'], value: 6900 },
    } as never;
    const decision = decide({ ...input, snapshot: { ...input.snapshot, grid: quiet } });
    // L1 is over its ceiling, but nothing of this plan is on it.
    expect(decision.commands.filter(({ effect }) => effect === 'narrowing')).toEqual([]);
  });
});

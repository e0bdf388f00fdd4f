import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decide } from '../../src/core/decide.ts';
import type { Decision } from '../../src/core/decision.ts';
import { DEFAULT_CHARGING_HOURS } from '../../src/domain/chargingHours.ts';
import { FAIL_SAFE, type FailSafeAction, type FailSafeCase } from '../../src/domain/failSafe.ts';
import { unknown } from '../../src/domain/reading.ts';
import type { SitePlan } from '../../src/domain/sitePlan.ts';
import { PROJECT_ROOT } from '../architecture/ownSources.ts';
import { decideScene, NOW_MS, OBSERVING, type Scene, SITE, sceneInput, told } from './smallHome.ts';
import { chargingOnOne } from './switchingHome.ts';

/** A car that charges with room to grow; everything else is quiet. */
const growing: Scene = { gridA: 20, car: { setpointA: 10, drawnA: 10 } };
/** The same with a heater that is on. */
const busy: Scene = { ...growing, heater: { isClosed: true, drawnA: 13 } };

const widens = (decision: Decision): boolean => decision.commands.some(({ effect }) => effect === 'widening');
const narrows = (decision: Decision): string[] => told(decision).filter((line) => line.endsWith('narrowing'));
const inForceA = (decision: Decision, loadId: string): number | undefined =>
  decision.explanation.loads.find((load) => load.loadId === loadId)?.inForceA;

/** A whole safe posture of the small home. */
const SAFE = ['car 0 A narrowing', 'heater open narrowing', 'solar open narrowing'];

const observing = (isSeen: boolean): Decision =>
  decideScene({ ...growing, site: OBSERVING, inputs: { 1: isSeen ? true : 'gone' } });

/** Each row of the table, as the judgement does it: before the failure and after. */
const CASES: Readonly<Record<FailSafeCase, (action: FailSafeAction) => void>> = {
  meterLate: (action) => {
    expect(action).toBe('nothingGrows');
    expect(widens(decideScene(growing))).toBe(true);
    const late = decideScene({ ...growing, gridAgeMs: SITE.timing.meterMaxAgeMs + 1 });
    expect(told(late)).toEqual([]);
  },
  meterSilent: (action) => {
    expect(action).toBe('safePosture');
    expect(told(decideScene({ ...busy, gridAgeMs: SITE.timing.meterHoldMs - 1 }))).toEqual([]);
    expect(told(decideScene({ ...busy, gridAgeMs: SITE.timing.meterHoldMs }))).toEqual(SAFE);
    expect(told(decideScene({ ...busy, gridIsGone: true }))).toEqual(SAFE);
  },
  meterFrozen: (action) => {
    expect(action).toBe('safePosture');
    const input = sceneInput(busy);
    const first = decide(input);
    const { meterFrozenMs } = SITE.timing;
    const repeated = (agoMs: number): Decision => {
      const grid = first.memory.meters.grid;
      const meters = { ...first.memory.meters, grid: { values: '', ...grid, sinceMs: NOW_MS - agoMs } };
      return decide({ ...input, memory: { ...input.memory, meters } });
    };
    expect(narrows(repeated(meterFrozenMs - 1))).toEqual([]);
    expect(told(repeated(meterFrozenMs))).toEqual(SAFE);
  },
  loadSilent: (action) => {
    expect(action).toBe('worstCase');
    const silent = decideScene({
      gridA: 30,
      car: { isGone: true, commandedA: 10 },
      memories: { car: { lastInForce: 20 } },
    });
    expect(inForceA(silent, 'car')).toBe(20);
  },
  loadDisobeys: (action) => {
    expect(action).toBe('repeated');
    const disobeying = decideScene({ gridA: 30, car: { setpointA: 20, drawnA: 20, commandedA: 10 } });
    expect(told(disobeying)).toContain('car 10 A narrowing');
    expect(inForceA(disobeying, 'car')).toBe(20);
  },
  phasesUnknown: (action) => {
    expect(action).toBe('worstCase');
    const home = chargingOnOne();
    expect(home.phases?.counted).toBe(1);
    home.says = 'nothing';
    home.pass(1);
    expect(home.phases?.counted).toBe(3);
    home.pass(1);
    expect(home.setpointA).toBe(0);
  },
  observedSwitchUnseen: (action) => {
    expect(action).toBe('limitHolds');
    expect(narrows(observing(true))).toEqual([]);
    expect(narrows(observing(false))).toEqual(['car 0 A narrowing']);
  },
  storeFailing: (action) => {
    expect(action).toBe('nothingWidens');
    expect(widens(decideScene({ ...growing, change: { canRecord: false } }))).toBe(false);
    const tooMuch = decideScene({ gridA: 60, car: { setpointA: 32 }, change: { canRecord: false } });
    expect(narrows(tooMuch)).not.toEqual([]);
  },
  recordLost: (action) => {
    expect(action).toBe('safePosture');
    const distrust = { code: 'store-set-aside', subject: 'store' } as const;
    expect(told(decideScene({ ...busy, change: { distrust } }))).toEqual(SAFE);
  },
  clockUnset: (action) => {
    expect(action).toBe('leftOut');
    const onMonday = (clockLevel: 'none' | 'synced'): number => {
      const now = { runningMs: NOW_MS, utcMs: Date.UTC(2026, 0, 5, 17), clockLevel };
      const decision = decideScene({ ...growing, change: { now, chargingHours: DEFAULT_CHARGING_HOURS } });
      return decision.explanation.slots.filter(({ limit }) => limit.source === 'schedule').length;
    };
    expect([onMonday('synced'), onMonday('none')]).toEqual([1, 0]);
  },
  partySilent: (action) => {
    expect(action).toBe('agreedCeilings');
    const ceiling = {
      circuitId: 'supply',
      direction: 'import',
      basis: 'phaseCurrentA',
      ceiling: 12,
    } as const;
    const heartbeat = {
      lostAfterMs: 120_000,
      limitWithinMs: 60_000,
      failSafeMinimumMs: 7_200_000,
      failSafe: [ceiling],
    };
    const site: SitePlan = { ...SITE, controllingParty: { defaults: [], heartbeat } };
    const heard = (agoMs: number): string[] => {
      const input = sceneInput({ ...growing, site });
      const party = { heartbeatAtMs: NOW_MS - agoMs };
      const memory = { ...input.memory, party: { state: 'controlled', sinceMs: 0 } } as const;
      return narrows(decide({ ...input, party, memory }));
    };
    expect([heard(119_000), heard(120_000)]).toEqual([[], ['car 0 A narrowing']]);
  },
  brokerSilent: (action) => {
    expect(action).toBe('goesOn');
    expectStory('without-a-broker-the-loads-go-on');
  },
  gatewayDead: (action) => {
    expect(action).toBe('devicesFallBack');
    expectStory('a-dead-gateway-leaves-a-home-that-falls-back-by-itself');
  },
};

/** What no single decision can show is shown by a scenario, in all its stages. */
function expectStory(name: string): void {
  expect(existsSync(join(PROJECT_ROOT, 'test', 'scenarios', 'stories', `${name}.json`))).toBe(true);
}

describe('the fail-safe table', () => {
  it.each(Object.keys(FAIL_SAFE) as FailSafeCase[])('%s', (name) => {
    CASES[name](FAIL_SAFE[name].action);
  });

  it('a reading that is gone without ever having come is silence too', () => {
    const input = sceneInput(busy);
    const never = { 'phaseCurrentA.L1': unknown('device-offline', NOW_MS - SITE.timing.meterHoldMs) };
    expect(told(decide({ ...input, snapshot: { ...input.snapshot, grid: never } }))).toEqual(SAFE);
  });
});

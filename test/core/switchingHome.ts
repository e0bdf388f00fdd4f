import { decide } from '../../src/core/decide.ts';
import type { Decision } from '../../src/core/decision.ts';
import { EMPTY_MEMORY, type Memory } from '../../src/core/memory.ts';
import { statedTarget } from '../../src/core/stepLoad.ts';
import type { Phase } from '../../src/domain/phase.ts';
import type { DeviceReadings, IecState } from '../../src/domain/point.ts';
import { measured, unknown } from '../../src/domain/reading.ts';
import type { ChargePointPlan, SitePlan } from '../../src/domain/sitePlan.ts';
import { DEFAULT_TIMING } from '../../src/domain/timing.ts';
import { CHARGE_POINT } from './smallHome.ts';

export const REST_MS = 600_000;

/** Its own L1 is wired to L2 of the supply. */
export const SWITCHING: ChargePointPlan = {
  ...(CHARGE_POINT as ChargePointPlan),
  phaseMap: { L1: 'L3', L2: 'L1', L3: 'L2' },
  phaseSwitching: { restMs: REST_MS },
};

export const THREE_PHASES: SitePlan = {
  siteId: 'switching',
  revision: 1,
  phases: ['L1', 'L2', 'L3'],
  nominalVoltageV: 230,
  lines: [],
  devices: [],
  meters: [
    { meterId: 'grid', deviceId: 'grid', phaseMap: { L1: 'L1', L2: 'L2', L3: 'L3' }, isInverted: false },
  ],
  circuits: [{ circuitId: 'supply', ratingA: 40, derating: 1, meterId: 'grid' }],
  loads: [SWITCHING],
  timing: DEFAULT_TIMING,
};

/**
 * A home that is decided for once a second, with a charge point that obeys at once and a car that takes what it may. What
 * is out of order is set from outside.
 */
export class SwitchingHome {
  readonly site: SitePlan;
  /** What the household takes, import positive. */
  readonly householdA: Record<Phase, number> = { L1: 2, L2: 2, L3: 2 };
  nowMs = 1_000_000;
  memory: Memory = EMPTY_MEMORY;
  setpointA = 0;
  isOnOnePhase = false;
  hasCar = true;
  canRecord = true;
  isMeterSilent = false;
  /** The contactor stays where it is. */
  arePhasesStuck = false;
  /** What it says of its phases, whatever is so. */
  says: boolean | 'nothing' | undefined;
  /** Does not heed its set-point. */
  isDeaf = false;
  decision: Decision | undefined;
  /** `12 s: car one phase`, seconds since the log was last emptied. */
  log: string[] = [];
  #logFromMs = this.nowMs;

  constructor(site: SitePlan = THREE_PHASES) {
    this.site = site;
  }

  get #drawA(): number {
    return this.hasCar && this.setpointA >= 6 ? this.setpointA : 0;
  }

  /** Lives on so many seconds. */
  pass(seconds: number): this {
    for (let second = 0; second < seconds; second += 1) this.#step();
    return this;
  }

  /** Lives on until a command of this text was given. @returns after how many seconds */
  passUntil(told: string, mostSeconds = 3_000): number {
    for (let second = 1; second <= mostSeconds; second += 1) {
      const before = this.log.length;
      this.#step();
      if (this.log.slice(before).some((line) => line.endsWith(told))) return second;
    }
    throw new Error(`never told ${told}: ${this.log.join(', ')}`);
  }

  emptyLog(): void {
    this.log = [];
    this.#logFromMs = this.nowMs;
  }

  get phases() {
    return this.decision?.explanation.loads[0]?.phases;
  }

  get faults(): string[] {
    return (this.decision?.explanation.faults ?? []).map(({ code }) => code);
  }

  #step(): void {
    this.nowMs += 1_000;
    this.decision = decide({
      now: { runningMs: this.nowMs, utcMs: Date.UTC(2026, 0, 5) + this.nowMs, clockLevel: 'synced' },
      site: this.site,
      snapshot: { grid: this.#grid(), charger: this.#charger() },
      limits: [],
      memory: this.memory,
      randomOffsetMs: 0,
      canRecord: this.canRecord,
      paces: {},
    });
    this.memory = JSON.parse(JSON.stringify(this.decision.memory));
    for (const command of this.decision.commands) {
      const atS = (this.nowMs - this.#logFromMs) / 1_000;
      this.log.push(`${atS} s: ${statedTarget(command)}`);
      if (command.kind === 'setChargeCurrent' && !this.isDeaf) this.setpointA = command.currentA;
      if (command.kind === 'setPhases' && !this.arePhasesStuck) this.isOnOnePhase = command.phases === 1;
    }
  }

  #grid(): DeviceReadings {
    const atMs = this.nowMs - 200;
    const rows = (['L1', 'L2', 'L3'] as const).flatMap((phase) => {
      if (this.isMeterSilent) return [[`phaseCurrentA.${phase}`, unknown('device-timeout', atMs)]];
      const isReached = phase === 'L2' || !this.isOnOnePhase;
      const flowA = this.householdA[phase] + (isReached ? this.#drawA : 0);
      return [
        [`phaseCurrentA.${phase}`, measured(Math.abs(flowA), atMs)],
        [`phasePowerW.${phase}`, measured(flowA * 230, atMs)],
        [`phaseVoltageV.${phase}`, measured(230 + (this.nowMs % 7) / 10, atMs)],
      ];
    });
    return Object.fromEntries(rows);
  }

  #charger(): DeviceReadings {
    const atMs = this.nowMs - 200;
    const others = this.isOnOnePhase ? 0 : this.#drawA;
    const state: IecState = this.hasCar ? (this.#drawA > 0 ? 'C' : 'B') : 'A';
    const says = this.says ?? this.isOnOnePhase;
    return {
      setpointA: measured(this.setpointA, atMs),
      chargingState: measured(state, atMs),
      'phaseCurrentA.L1': measured(this.#drawA, atMs),
      'phaseCurrentA.L2': measured(others, atMs),
      'phaseCurrentA.L3': measured(others, atMs),
      onePhase: says === 'nothing' ? unknown('device-exception', atMs) : measured(says, atMs),
    };
  }
}

/** One that charges on three phases with 32 A and has had time for it. */
export function chargingOnThree(): SwitchingHome {
  const home = new SwitchingHome().pass(120);
  home.emptyLog();
  return home;
}

/** The same, put on one phase by an oven on L3. */
export function chargingOnOne(): SwitchingHome {
  const home = chargingOnThree();
  home.householdA.L3 = 36;
  home.passUntil('one phase');
  home.pass(120);
  home.emptyLog();
  return home;
}

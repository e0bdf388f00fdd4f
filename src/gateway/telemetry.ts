import type { EnergyRegister, Flow, TelemetryBody } from '../contract/telemetry.ts';
import type { Explanation } from '../core/decision.ts';
import type { FaultCode } from '../domain/faults.ts';
import type { Now } from '../domain/instant.ts';
import { PHASES } from '../domain/phase.ts';
import type { NumberPoint, Snapshot } from '../domain/point.ts';
import { hasLevel, isGenerator, type LoadPlan, type SitePlan } from '../domain/sitePlan.ts';

/** A current over the interval so far, weighted by time. */
interface Sum {
  chargeAMs: number;
  coveredMs: number;
  minimumA: number;
  maximumA: number;
}

interface Ceilings {
  importCeilingA?: number;
  exportCeilingA?: number;
}

/** Longer between two decisions than this and the reading is not taken to have held throughout. */
const LONGEST_STEP_MS = 3_000;

/** Gathers one interval of flows, ceilings and loads from the decisions as they are taken. */
export class TelemetryInterval {
  readonly #site: SitePlan;
  readonly #from: Now;
  readonly #generatorIds: ReadonlySet<string>;
  readonly #sums = new Map<string, Sum>();
  readonly #ceilings = new Map<string, Ceilings>();
  #latest: { readonly now: Now; readonly explanation: Explanation; readonly snapshot: Snapshot } | undefined;

  constructor(site: SitePlan, from: Now) {
    this.#site = site;
    this.#from = from;
    this.#generatorIds = new Set(site.loads.filter(isGenerator).map(({ loadId }) => loadId));
  }

  durationMs(now: Now): number {
    return now.runningMs - this.#from.runningMs;
  }

  /** What the last decision saw is taken to have held until this one. */
  add(now: Now, explanation: Explanation, snapshot: Snapshot): void {
    const sinceMs = this.#latest?.now.runningMs ?? this.#from.runningMs;
    const stepMs = Math.min(LONGEST_STEP_MS, now.runningMs - sinceMs);
    for (const circuit of explanation.circuits) {
      for (const { phase, flowA, importCeilingA, exportCeilingA } of circuit.phases) {
        const key = `${circuit.circuitId} ${phase}`;
        this.#narrowest(key, {
          ...(importCeilingA !== undefined && { importCeilingA }),
          ...(exportCeilingA !== undefined && { exportCeilingA }),
        });
        if (flowA !== undefined) this.#sum(key, flowA, stepMs);
      }
    }
    for (const load of explanation.loads) {
      for (const phase of PHASES) {
        const drawnA = load.drawnA?.[phase];
        if (drawnA === undefined) continue;
        const signedA = this.#generatorIds.has(load.loadId) ? -drawnA : drawnA;
        this.#sum(`${load.loadId} ${phase}`, signedA, stepMs);
      }
    }
    this.#latest = { now, explanation, snapshot };
  }

  /** The interval as the back office gets it; nothing when no decision fell into it. */
  close(): TelemetryBody | undefined {
    const latest = this.#latest;
    if (latest === undefined || latest.now.runningMs <= this.#from.runningMs) return undefined;
    const { now, snapshot, explanation } = latest;
    return {
      intervalFrom: new Date(this.#from.utcMs).toISOString(),
      intervalUntil: new Date(now.utcMs).toISOString(),
      durationMs: now.runningMs - this.#from.runningMs,
      clockLevel: now.clockLevel,
      circuits: this.#site.circuits.map((circuit) => {
        const meter = this.#site.meters.find((candidate) => candidate.meterId === circuit.meterId);
        const fault =
          explanation.faults.find(({ subject }) => subject === meter?.deviceId)?.code ?? 'meter-stale';
        return {
          circuitId: circuit.circuitId,
          phases: this.#site.phases.map((phase) => ({
            phase,
            flow: this.#flow(`${circuit.circuitId} ${phase}`, fault),
            ...this.#ceilings.get(`${circuit.circuitId} ${phase}`),
          })),
          ...register('importEnergy', snapshot, meter?.deviceId, 'importEnergyWh'),
          ...register('exportEnergy', snapshot, meter?.deviceId, 'exportEnergyWh'),
        };
      }),
      loads: this.#site.loads.map((plan) => this.#load(plan, snapshot, explanation)),
    };
  }

  #load(plan: LoadPlan, snapshot: Snapshot, explanation: Explanation): TelemetryBody['loads'][number] {
    const view = explanation.loads.find((candidate) => candidate.loadId === plan.loadId);
    const fault =
      explanation.faults.find(({ subject }) => subject === plan.deviceId)?.code ?? 'device-timeout';
    const isMeasured = hasLevel(plan) || plan.meterId !== undefined;
    const phases = PHASES.filter((phase) => isMeasured && plan.phaseMap[phase] !== undefined);
    return {
      loadId: plan.loadId,
      kind: plan.kind,
      phases: phases.map((phase) => ({ phase, flow: this.#flow(`${plan.loadId} ${phase}`, fault) })),
      state: stateOf(plan, snapshot, view?.commandedA),
      ...(view?.commandedA === undefined ? {} : { commanded: commandedOf(plan, view.commandedA) }),
      ...(plan.kind === 'chargePoint' ? register('energy', snapshot, plan.deviceId, 'totalEnergyWh') : {}),
    };
  }

  #sum(key: string, currentA: number, stepMs: number): void {
    const sum = this.#sums.get(key);
    if (sum === undefined) {
      this.#sums.set(key, {
        chargeAMs: currentA * stepMs,
        coveredMs: stepMs,
        minimumA: currentA,
        maximumA: currentA,
      });
      return;
    }
    sum.chargeAMs += currentA * stepMs;
    sum.coveredMs += stepMs;
    sum.minimumA = Math.min(sum.minimumA, currentA);
    sum.maximumA = Math.max(sum.maximumA, currentA);
  }

  #narrowest(key: string, ceilings: Ceilings): void {
    const known = this.#ceilings.get(key) ?? {};
    for (const name of ['importCeilingA', 'exportCeilingA'] as const) {
      const value = ceilings[name];
      if (value !== undefined) known[name] = Math.min(known[name] ?? value, value);
    }
    this.#ceilings.set(key, known);
  }

  #flow(key: string, fault: FaultCode): Flow {
    const sum = this.#sums.get(key);
    if (sum === undefined || sum.coveredMs <= 0) return { state: 'unknown', fault };
    return {
      state: 'measured',
      meanA: rounded(sum.chargeAMs / sum.coveredMs),
      minimumA: rounded(sum.minimumA),
      maximumA: rounded(sum.maximumA),
      coveredMs: sum.coveredMs,
    };
  }
}

function stateOf(
  plan: LoadPlan,
  snapshot: Snapshot,
  commandedA: number | undefined,
): TelemetryBody['loads'][number]['state'] {
  const readings = snapshot[plan.deviceId];
  if (plan.kind === 'chargePoint') {
    const state = readings?.chargingState;
    return state?.state === 'measured' ? (state.value as 'A') : 'unknown';
  }
  if (plan.kind === 'limitedGenerator') {
    if (readings?.powerLimitW?.state === 'unknown') return 'unknown';
    return (commandedA ?? plan.ratingA) < plan.ratingA ? 'limited' : 'unlimited';
  }
  const position = readings?.[`relayClosed.${plan.relayChannel}`];
  if (position?.state !== 'measured') return 'unknown';
  return position.value === true ? 'closed' : 'open';
}

function commandedOf(plan: LoadPlan, currentA: number): number | 'open' | 'closed' {
  if (hasLevel(plan)) return currentA;
  return currentA > 0 ? 'closed' : 'open';
}

function register<Name extends string>(
  name: Name,
  snapshot: Snapshot,
  deviceId: string | undefined,
  point: NumberPoint,
): { readonly [Key in Name]?: EnergyRegister } {
  const reading = deviceId === undefined ? undefined : snapshot[deviceId]?.[point];
  if (reading === undefined || reading.state === 'absent') return {};
  const value: EnergyRegister =
    reading.state === 'measured'
      ? { state: 'measured', valueWh: Math.max(0, Number(reading.value)) }
      : { state: 'unknown', fault: reading.fault };
  return { [name]: value } as { readonly [Key in Name]?: EnergyRegister };
}

/** To the hundredth of an amp: finer than any meter, and short on the wire. */
function rounded(currentA: number): number {
  return Math.round(currentA * 100) / 100;
}

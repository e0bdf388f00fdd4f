import type { Status } from '../../src/contract/status.ts';
import type { TelemetryBody } from '../../src/contract/telemetry.ts';
import type { Now, RunningMs } from '../../src/domain/instant.ts';
import type { Limit } from '../../src/domain/limit.ts';
import type { GatewayPlan } from './fleetPlan.ts';
import type { HomeLoad } from './homeLoad.ts';

const VOLTAGE_V = 230;
export const CONNECTION_POINT = 'connection-point';
export const CHARGE_POINT = 'charge-point';

export interface HomeMoment {
  readonly plan: GatewayPlan;
  readonly now: Now;
  readonly load: HomeLoad;
}

/** What one interval of telemetry says of such a home. */
export function telemetryOf({ plan, now, load }: HomeMoment, sinceMs: RunningMs): TelemetryBody {
  const durationMs = now.runningMs - sinceMs;
  const middleMs = (sinceMs + now.runningMs) / 2;
  const flow = (meanA: number) => ({
    state: 'measured' as const,
    meanA: hundredths(meanA),
    minimumA: hundredths(meanA),
    maximumA: hundredths(meanA),
    coveredMs: durationMs,
  });
  return {
    intervalFrom: iso(now.utcMs - durationMs),
    intervalUntil: iso(now.utcMs),
    durationMs,
    clockLevel: now.clockLevel,
    circuits: [
      {
        circuitId: CONNECTION_POINT,
        phases: [{ phase: 'L1', flow: flow(load.meanW(sinceMs, now.runningMs) / VOLTAGE_V) }],
      },
    ],
    loads: [
      {
        loadId: CHARGE_POINT,
        kind: 'chargePoint',
        phases: [{ phase: 'L1', flow: flow(load.carA(middleMs)) }],
        state: stateOf(plan, load.carA(now.runningMs)),
        commanded: load.allowedA,
      },
    ],
  };
}

export interface StatusExtras {
  readonly restrictions: Status['restrictions'];
  readonly consent: Status['consent'];
  readonly limits: readonly Limit[];
  readonly trust: Status['trust'];
  readonly identity: Status['identity'];
  readonly isConnected: boolean;
  readonly outboxDepth: number;
}

/** The whole status of a light gateway, as the contract has it. */
export function statusOf({ plan, now, load }: HomeMoment, extras: StatusExtras): Status {
  const powerW = Math.round(load.powerW(now.runningMs));
  const carA = hundredths(load.carA(now.runningMs));
  const { limits, isConnected, outboxDepth, ...rest } = extras;
  const sentence =
    limits[0] === undefined
      ? 'No limit binds: every load may have all that it asks for'
      : `${CHARGE_POINT} is held at ${load.allowedA} A: ${limits[0].reason}`;
  return {
    schema: 'loadgate.status/1',
    siteId: plan.gatewayId,
    version: '0.0.0-fleet',
    at: iso(now.utcMs),
    runningMs: now.runningMs,
    clockLevel: now.clockLevel,
    sentence,
    posture: 'normal',
    circuits: [
      {
        circuitId: CONNECTION_POINT,
        powerW,
        phases: [{ phase: 'L1', flowA: hundredths(powerW / VOLTAGE_V) }],
      },
    ],
    loads: [
      {
        loadId: CHARGE_POINT,
        kind: 'chargePoint',
        commanded: load.allowedA,
        inForce: load.allowedA,
        measuredA: carA,
        state: stateOf(plan, carA),
        sentence,
      },
    ],
    limits: limits.map(({ limitId, source, circuitId, direction, basis, ceiling, reason, loadId }) => ({
      limitId,
      source,
      rank: 4,
      circuitId,
      direction,
      basis,
      ceiling,
      reason,
      state: 'inForce',
      ...(loadId === undefined ? {} : { loadId }),
    })),
    schemes: [],
    owner: { hours: [], hoursAre: 'none', boosts: [], readyBy: [] },
    faults: [],
    devices: [],
    sync: { isConnected, outboxDepth },
    record: { condition: 'sound' },
    cycle: { count: 1, lastMs: 0, worstMs: 0 },
    counters: { commandsByCause: {}, messagesSent: 0, messagesAcknowledged: 0 },
    ...rest,
  };
}

function stateOf(plan: GatewayPlan, carA: number): 'A' | 'B' | 'C' {
  if (plan.carA === 0) return 'A';
  return carA > 0 ? 'C' : 'B';
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}

function iso(utcMs: number): string {
  return new Date(utcMs).toISOString();
}

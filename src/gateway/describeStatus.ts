import type { Status } from '../contract/status.ts';
import type { Explanation, LoadExplanation } from '../core/decision.ts';
import type { RestrictionMemory } from '../core/restrictions/memory.ts';
import { FAULTS, type Fault, type FaultCode } from '../domain/faults.ts';
import type { Now, RunningMs, UtcMs } from '../domain/instant.ts';
import { RANKS } from '../domain/limit.ts';
import type { Rung } from '../domain/network.ts';
import type { Snapshot } from '../domain/point.ts';
import { sentenceOf } from '../domain/sentence.ts';
import type { SitePlan } from '../domain/sitePlan.ts';
import type { ConsentView } from './consentKeeper.ts';
import { describeConsent } from './describeConsent.ts';
import { describeOwner } from './describeOwner.ts';
import { describePhases } from './describePhases.ts';
import { describeRestrictions } from './describeRestrictions.ts';
import type { OwnerSettings } from './ownerSettings.ts';

/** The way to the back office: its lowest broken rung, and since when. */
export interface NetworkStanding {
  /** Absent: it is whole again. */
  readonly broken?: Rung;
  readonly sinceUtcMs: UtcMs;
  readonly sinceMs: RunningMs;
  readonly sentence: string;
}

export interface StatusFacts {
  readonly site: SitePlan;
  readonly version: string;
  readonly now: Now;
  readonly snapshot: Snapshot;
  /** Absent before the first decision. */
  readonly explanation: Explanation | undefined;
  readonly owner: OwnerSettings;
  readonly restrictions: RestrictionMemory;
  readonly consent: Pick<ConsentView, 'ledger' | 'texts'>;
  readonly identity: Status['identity'];
  readonly trust: Status['trust'];
  readonly extraFaults: readonly Fault[];
  readonly network: NetworkStanding | undefined;
  readonly sync: Status['sync'];
  readonly record: Status['record'];
  readonly cycle: Status['cycle'];
  readonly counters: Status['counters'];
}

/** The picture of the home for people: the command line, the pages and the status topic show the same. */
export function describeStatus(facts: StatusFacts): Status {
  const { site, version, now, explanation, sync, record, cycle, counters } = facts;
  const faults = [...(explanation?.faults ?? []), ...facts.extraFaults];
  return {
    schema: 'loadgate.status/1',
    siteId: site.siteId,
    version,
    at: new Date(now.utcMs).toISOString(),
    runningMs: now.runningMs,
    clockLevel: now.clockLevel,
    sentence: bindingSentence(explanation),
    posture: explanation?.posture ?? 'safe',
    circuits: (explanation?.circuits ?? []).map(({ circuitId, phases, powerW }) => ({
      circuitId,
      ...(powerW === undefined ? {} : { powerW: Math.round(powerW) }),
      phases: phases.map(({ phase, ...values }) => ({ phase, ...roundedAll(values) })),
    })),
    loads: (explanation?.loads ?? []).map((load) => describeLoad(load, now.runningMs)),
    limits: (explanation?.slots ?? []).map(({ limit, state, untilMs }) => ({
      limitId: limit.limitId,
      state,
      source: limit.source,
      rank: RANKS[limit.source],
      circuitId: limit.circuitId,
      direction: limit.direction,
      basis: limit.basis,
      ceiling: limit.ceiling,
      reason: limit.reason,
      ...(limit.loadId === undefined ? {} : { loadId: limit.loadId }),
      ...(untilMs === undefined ? {} : { untilMs }),
    })),
    schemes: (explanation?.schemes ?? []).map((scheme) => ({ ...scheme })),
    restrictions: describeRestrictions(facts.restrictions, site, now),
    consent: describeConsent(facts.consent, now),
    identity: facts.identity,
    trust: facts.trust,
    owner: describeOwner({ ...facts, loads: explanation?.loads ?? [] }),
    faults: faults.map(({ code, subject, sinceMs }) => {
      const { title, nextStep } = FAULTS[code];
      return { code, subject, sinceMs, title, nextStep };
    }),
    devices: site.devices.map(({ deviceId }) => describeDevice(deviceId, facts.snapshot)),
    ...(facts.network === undefined ? {} : { network: describeNetwork(facts.network) }),
    sync,
    record,
    cycle,
    counters,
  };
}

function describeNetwork({ broken, sinceUtcMs, sentence }: NetworkStanding): NonNullable<Status['network']> {
  const since = new Date(sinceUtcMs).toISOString();
  return { ...(broken === undefined ? {} : { brokenRung: broken }), since, sentence };
}

/** The one sentence: of the first load in the serving order that is kept from having all it could use. */
export function bindingSentence(explanation: Explanation | undefined): string {
  if (explanation === undefined) return 'Starting: no decision has been taken yet, so nothing grows';
  const fault = explanation.loads.find(({ reason }) => reason.kind === 'fault');
  const limited = explanation.loads.find(
    ({ reason, loadId }) => reason.kind === 'limit' && reason.limitId !== `${loadId}:own`,
  );
  const bound = fault ?? limited;
  const changing = explanation.loads.find(({ phases }) => phases?.changingTo !== undefined);
  if (bound === undefined && changing !== undefined)
    return `${changing.loadId} is paused while its phases are switched`;
  if (bound === undefined) return 'No limit binds: every load may have all that it asks for';
  return `${bound.loadId} ${holdingOf(bound)}: ${sentenceOf(bound.reason)}`;
}

function holdingOf({ kind, desiredA }: LoadExplanation): string {
  if (kind === 'limitedGenerator') return `may give ${rounded(desiredA)} A`;
  if (kind !== 'chargePoint') return desiredA > 0 ? 'may be closed' : 'is held open';
  return desiredA > 0 ? `is held at ${rounded(desiredA)} A` : 'is paused';
}

function describeLoad(load: LoadExplanation, nowMs: RunningMs): Status['loads'][number] {
  const isSwitch = load.kind === 'switchedLoad' || load.kind === 'switchedGenerator';
  const shown = (currentA: number): number | string =>
    isSwitch ? (currentA > 0 ? 'closed' : 'open') : rounded(currentA);
  const drawn = load.drawnA === undefined ? [] : Object.values(load.drawnA);
  const waits = load.waitsFor === undefined ? '' : `; more waits for ${WAITS[load.waitsFor]}`;
  return {
    loadId: load.loadId,
    kind: load.kind,
    inForce: shown(load.inForceA),
    reason: load.reason,
    sentence: `${sentenceOf(load.reason)}${waits}${describePhases(load.phases, nowMs)}`,
    ...(load.commandedA === undefined ? {} : { commanded: shown(load.commandedA) }),
    ...(drawn.length === 0 ? {} : { measuredA: rounded(Math.max(...drawn)) }),
    ...(load.iecState === undefined ? {} : { state: load.iecState }),
  };
}

const WAITS: Readonly<Record<NonNullable<LoadExplanation['waitsFor']>, string>> = {
  'fresh readings': 'fresh readings of every meter above it and of its own device',
  record: 'a record that can be written',
  confirmation: 'its last command to be confirmed',
  fault: 'its fault to be cleared',
  rest: 'its rest time to pass',
  ramp: 'its next step of the ramp',
  headroom: 'more headroom',
  'least step': 'a gain worth a command',
};

const SILENCES: readonly FaultCode[] = ['device-timeout', 'device-offline', 'device-bad-reply'];

function describeDevice(deviceId: string, snapshot: Snapshot): Status['devices'][number] {
  const readings = Object.values(snapshot[deviceId] ?? {});
  const measuredAtMs = readings.flatMap((reading) =>
    reading?.state === 'measured' ? [reading.measuredAtMs] : [],
  );
  const lastReadMs = measuredAtMs.length === 0 ? undefined : Math.max(...measuredAtMs);
  // A value that makes no sense, or that has not been read yet, is no silence of the device. What is read seldom stays
  // unknown for a while after the device is back.
  const isSilent = readings.some(
    (reading) =>
      reading?.state === 'unknown' &&
      SILENCES.includes(reading.fault) &&
      reading.sinceMs >= (lastReadMs ?? 0),
  );
  return {
    deviceId,
    isAnswering: lastReadMs !== undefined && !isSilent,
    ...(lastReadMs !== undefined && { lastReadMs }),
  };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function roundedAll<T extends Record<string, number | undefined>>(values: T): T {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, value === undefined ? value : rounded(value)]),
  ) as T;
}

import { encodeOffline } from '../../src/contract/envelope.ts';
import { topicOf } from '../../src/contract/topics.ts';
import type { Decision, DecisionInput } from '../../src/core/decision.ts';
import { EFFECT_WINDOW_MS } from '../../src/core/restrictions/effect.ts';
import { inForceOf } from '../../src/core/restrictions/life.ts';
import { limitsOf } from '../../src/core/restrictions/measureLimits.ts';
import {
  type HeldNotice,
  NO_RESTRICTIONS,
  type RestrictionMemory,
} from '../../src/core/restrictions/memory.ts';
import type { ConsentEntry } from '../../src/domain/consent.ts';
import { consentTextsOf } from '../../src/domain/consentTexts.ts';
import type { Now, RunningMs } from '../../src/domain/instant.ts';
import type { Limit } from '../../src/domain/limit.ts';
import type { SitePlan } from '../../src/domain/sitePlan.ts';
import { DEFAULT_TIMING } from '../../src/domain/timing.ts';
import type { TrustBundle } from '../../src/domain/trustBundle.ts';
import { describeConsent } from '../../src/gateway/describeConsent.ts';
import { describeRestrictions } from '../../src/gateway/describeRestrictions.ts';
import { RestrictionKeeper } from '../../src/gateway/restrictionKeeper.ts';
import type { Cancel } from '../../src/ports/clock.ts';
import type { Entropy } from '../../src/ports/entropy.ts';
import type { OwnSigner, SignatureReader } from '../../src/ports/signature.ts';
import { Inbox } from '../../src/sync/inbox.ts';
import { Postman } from '../../src/sync/outbox.ts';
import { draw } from './draw.ts';
import { FleetBus, type FleetBusOptions } from './fleetBus.ts';
import { FleetClock } from './fleetClock.ts';
import { type FleetOptions, type GatewayPlan, SUBSTATION } from './fleetPlan.ts';
import { HomeLoad } from './homeLoad.ts';
import { KeptOutbox } from './keptOutbox.ts';
import { CHARGE_POINT, CONNECTION_POINT, statusOf, telemetryOf } from './messages.ts';
import { mpanOf } from './mpan.ts';
import { createSeededSigner } from './seededSigner.ts';
import { silentLog } from './silentLog.ts';

/** Within the gap that the effect of a notice forgives (3 s), and far rarer than a real gateway's second. */
const CYCLE_MS = 2_500;
const RELEASED_WITHIN_S = 600;
const STATUS_SPACING_MS = 1_000;
const VOLTAGE_V = 230;
const DAY_MS = 86_400_000;
const CHARGING_DATA_TEXT = 'charging-data-1';
const CAPS = { longestMs: 7_200_000, longestInDayMs: 7_200_000 };

export interface LightGatewayOptions {
  readonly plan: GatewayPlan;
  readonly fleet: FleetOptions;
  readonly url: string;
  readonly credentials?: FleetBusOptions['credentials'];
  readonly trust: { readonly rootKeys: readonly string[]; readonly bundle: TrustBundle };
  readonly verify: SignatureReader;
  /** Connects within this, so that a fleet does not come all at once. */
  readonly spreadMs: number;
}

export interface LightGatewayCounts {
  readonly isConnected: boolean;
  readonly receipts: number;
  readonly waiting: number;
  readonly inForce: number;
}

/**
 * A gateway without devices, database and decisions: what remains is the very inbox, outbox and keeper of notices of a real
 * one, at a real broker, over a home that is a few numbers. It cycles only while a notice is with it.
 */
export class LightGateway {
  readonly #options: LightGatewayOptions;
  readonly #site: SitePlan;
  readonly #clock: FleetClock;
  readonly #bus: FleetBus;
  readonly #outbox: KeptOutbox;
  readonly #postman: Postman;
  readonly #keeper: RestrictionKeeper;
  readonly #signer: OwnSigner;
  readonly #load: HomeLoad;
  readonly #ledger: readonly ConsentEntry[];
  readonly #releasedAtMs = new Map<string, RunningMs>();
  readonly #timers = new Set<Cancel>();
  #memory: RestrictionMemory = NO_RESTRICTIONS;
  #trustVersion: number;
  #sinceMs: RunningMs;
  #observedMs = Number.NEGATIVE_INFINITY;
  #statusAtMs = Number.NEGATIVE_INFINITY;
  #reconnects = 0;
  #isCycling = false;
  #isStatusDue = false;

  constructor(options: LightGatewayOptions) {
    const { plan, fleet, url, credentials, trust, verify } = options;
    const { gatewayId, trouble } = plan;
    this.#options = options;
    this.#site = siteOf(plan, fleet.consentText);
    this.#trustVersion = trust.bundle.version;
    this.#signer = createSeededSigner(fleet.seed, gatewayId);
    this.#load = new HomeLoad(fleet.seed, gatewayId, plan.carA);
    const clock = new FleetClock({
      speed: fleet.speed,
      offsetMs: trouble?.kind === 'wrongClock' ? trouble.offsetMs : 0,
    });
    this.#clock = clock;
    this.#sinceMs = clock.runningMs();
    this.#ledger = ledgerOf(plan, fleet.consentText, clock.now());
    const outboxId = Math.floor(draw(fleet.seed, gatewayId, 'outbox') * 2 ** 32);
    this.#outbox = new KeptOutbox(outboxId.toString(16).padStart(8, '0'), clock);
    this.#bus = new FleetBus({
      url,
      clientId: gatewayId,
      ...(credentials === undefined ? {} : { credentials }),
      will: { topic: topicOf(gatewayId, 'status'), payload: encodeOffline(gatewayId) },
      clock,
      reconnectMs: () => 1_000 + 4_000 * draw(fleet.seed, gatewayId, 'reconnect', this.#reconnects++),
      sendDelayMs: trouble?.kind === 'answersLate' ? trouble.byMs : 0,
    });
    this.#keeper = new RestrictionKeeper({
      gatewayId,
      site: this.#site,
      signer: this.#signer,
      log: silentLog,
      onDraft: (draft) => this.#outbox.add(draft),
      onNote: () => undefined,
      isAgreed: () => plan.consent === 'given',
    });
    new Inbox({
      gatewayId,
      bus: this.#bus,
      clock,
      log: silentLog,
      circuits: this.#site.circuits,
      distributor: plan.distributor,
      areaIds: this.#site.supply?.areas ?? [],
      trust,
      verify,
      onControl: async () => undefined,
      onCancel: async () => undefined,
      whyNoControl: () => undefined,
      onHeartbeat: async () => undefined,
      onEvent: (event) => {
        this.#outbox.add({ stream: 'events', body: event });
        this.#postman.nudge();
      },
      onRestriction: async (signed) => {
        const now = clock.now();
        this.#observePast(now);
        this.#memory = this.#keeper.take(
          signed,
          this.#memory,
          { ledger: this.#ledger, texts: consentTextsOf(this.#site) },
          now,
        );
        this.#cycle();
      },
      onRestrictionRefused: async (refusal) => {
        this.#keeper.refuse(refusal, clock.now());
        this.#keeper.signReceipts();
        this.#postman.nudge();
      },
      onTrust: async ({ version }) => {
        this.#trustVersion = version;
      },
    });
    this.#postman = new Postman({
      gatewayId,
      store: this.#outbox,
      bus: this.#bus,
      clock,
      entropy: seededEntropy(fleet.seed, gatewayId),
      log: silentLog,
      cut: (row) => row,
      inFlightMaximum: () => 20,
      onEvent: () => undefined,
    });
  }

  /** Connects at a moment of its own. */
  start(): void {
    const { plan, fleet, spreadMs } = this.#options;
    const awayMs = plan.trouble?.kind === 'away' ? plan.trouble.forMs : 0;
    this.#after(awayMs + draw(fleet.seed, plan.gatewayId, 'start') * spreadMs * fleet.speed, () => {
      this.#bus.open();
      this.#report();
    });
    this.#after(draw(fleet.seed, plan.gatewayId, 'telemetry') * fleet.telemetryMs, () => this.#measure());
    const { trouble } = plan;
    if (trouble?.kind === 'losesSession') this.#every(trouble.everyMs, () => this.#bus.loseSession());
  }

  counts(): LightGatewayCounts {
    return {
      isConnected: this.#bus.isConnected(),
      receipts: this.#outbox.count('receipts'),
      waiting: this.#postman.statistics().depth,
      inForce: inForceOf(this.#memory).length,
    };
  }

  /** What really flowed, mean watts between two instants of this machine's clock. */
  trueMeanW(fromMs: number, untilMs: number): number {
    const { speed } = this.#options.fleet;
    const runningOf = (atMs: number): RunningMs => this.#clock.runningMs() - (Date.now() - atMs) * speed;
    return this.#load.meanW(runningOf(fromMs), runningOf(untilMs));
  }

  async stop(): Promise<void> {
    for (const cancel of this.#timers) cancel();
    await this.#postman.stop(0);
    await this.#bus.close();
  }

  /** One decision of a real gateway, as far as notices go. */
  #cycle(): void {
    const now = this.#clock.now();
    const wasInForce = inForceOf(this.#memory).length;
    this.#memory = this.#keeper.passTime(this.#memory, now);
    this.#load.allow(narrowestA(this.#limits(now), this.#load.baseW(now.runningMs)), now.runningMs);
    this.#follow(now);
    this.#keeper.signReceipts();
    const inForce = inForceOf(this.#memory).length;
    if (inForce !== wasInForce) this.#report();
    if (inForce > wasInForce) this.#mayDie();
    this.#postman.nudge();
    if (this.#memory.held.length === 0 || this.#isCycling) return;
    this.#isCycling = true;
    this.#after(this.#untilNextMs(now), () => {
      this.#isCycling = false;
      this.#cycle();
    });
  }

  /** A notice begins and ends when it is to, not up to a cycle later. */
  #untilNextMs({ runningMs }: Now): number {
    const due = this.#memory.held
      .flatMap(({ startedAtMs, startsAtMs, endsAtMs, ended }) =>
        ended !== undefined ? [] : [startedAtMs === undefined ? startsAtMs : endsAtMs],
      )
      .map((atMs) => atMs - runningMs + 1);
    return Math.max(1, Math.min(CYCLE_MS, ...due));
  }

  #follow(now: Now): void {
    this.#observedMs = now.runningMs;
    const limits = this.#limits(now);
    const decision = lightDecision(this.#load, limits, now.runningMs);
    this.#memory = this.#keeper.follow(this.#memory, { now } as DecisionInput, decision);
  }

  /** The minute before a notice, which nobody has watched: the home can tell it afterwards. */
  #observePast(now: Now): void {
    if (this.#memory.held.length > 0) return;
    const fromMs = Math.max(this.#observedMs, now.runningMs - EFFECT_WINDOW_MS - CYCLE_MS);
    for (let atMs = fromMs + CYCLE_MS; atMs < now.runningMs; atMs += CYCLE_MS) {
      const then = { ...now, runningMs: atMs, utcMs: now.utcMs - (now.runningMs - atMs) };
      this.#keeper.follow(
        NO_RESTRICTIONS,
        { now: then } as DecisionInput,
        lightDecision(this.#load, [], atMs - CYCLE_MS / 2),
      );
    }
    this.#observedMs = now.runningMs;
  }

  /** What holds now: of notices in force, and of those that are over and whose release waits for its random offset. */
  #limits({ runningMs }: Now): readonly Limit[] {
    const { fleet, plan } = this.#options;
    const real = this.#memory.held.filter(
      ({ notice, startedAtMs }) => !notice.isRehearsal && startedAtMs !== undefined,
    );
    const holds = ({ notice, ended }: HeldNotice): boolean => {
      if (ended === undefined) return true;
      const offsetMs = draw(fleet.seed, plan.gatewayId, notice.noticeId) * RELEASED_WITHIN_S * 1_000;
      const releasedAtMs = this.#releasedAtMs.get(notice.noticeId) ?? ended.atMs + offsetMs;
      this.#releasedAtMs.set(notice.noticeId, releasedAtMs);
      return runningMs < releasedAtMs;
    };
    return real.filter(holds).flatMap((one) => limitsOf(this.#site, one.notice, one));
  }

  #mayDie(): void {
    const { trouble } = this.#options.plan;
    if (trouble?.kind !== 'dies') return;
    this.#after(trouble.afterMs, () => this.#bus.cut());
    this.#after(2 * trouble.afterMs, () => this.#bus.open());
  }

  #measure(): void {
    const moment = { plan: this.#options.plan, now: this.#clock.now(), load: this.#load };
    if (moment.now.runningMs > this.#sinceMs) {
      this.#outbox.add({ stream: 'telemetry', body: telemetryOf(moment, this.#sinceMs) });
      this.#sinceMs = moment.now.runningMs;
      this.#postman.nudge();
    }
    this.#after(this.#options.fleet.telemetryMs, () => this.#measure());
  }

  /** A status now, or a little later when the last one has only just gone. */
  #report(): void {
    const now = this.#clock.now();
    const waitMs = this.#statusAtMs + STATUS_SPACING_MS - now.runningMs;
    if (waitMs > 0) {
      if (this.#isStatusDue) return;
      this.#isStatusDue = true;
      this.#after(waitMs, () => {
        this.#isStatusDue = false;
        this.#report();
      });
      return;
    }
    this.#statusAtMs = now.runningMs;
    const moment = { plan: this.#options.plan, now, load: this.#load };
    const { keyId, publicKey } = this.#signer;
    const body = statusOf(moment, {
      restrictions: describeRestrictions(this.#memory, this.#site, now),
      consent: describeConsent({ ledger: this.#ledger, texts: consentTextsOf(this.#site) }, now),
      limits: this.#limits(now),
      trust: { version: this.#trustVersion },
      identity: { keyId, publicKey },
      isConnected: this.#bus.isConnected(),
      outboxDepth: this.#outbox.pendingCount(),
    });
    this.#outbox.add({ stream: 'status', body });
    this.#postman.nudge();
  }

  #after(delayMs: number, run: () => void): void {
    const cancel = this.#clock.after(delayMs, () => {
      this.#timers.delete(cancel);
      run();
    });
    this.#timers.add(cancel);
  }

  #every(intervalMs: number, run: () => void): void {
    this.#after(intervalMs, () => {
      run();
      this.#every(intervalMs, run);
    });
  }
}

/** As much of a decision as the keeper of notices looks at. */
function lightDecision(load: HomeLoad, limits: readonly Limit[], atMs: RunningMs): Decision {
  const powerW = load.powerW(atMs);
  const flow = { phase: 'L1' as const, flowA: powerW / VOLTAGE_V };
  const told = {
    commands: [],
    events: [],
    memory: { held: limits.map((limit) => ({ limit })) },
    explanation: {
      circuits: [{ circuitId: CONNECTION_POINT, powerW, phases: [flow] }],
      loads: [{ loadId: CHARGE_POINT, inForceA: load.carA(atMs) }],
    },
  };
  return told as unknown as Decision;
}

/** Amps that are left for the charge point; nothing: no limit says anything about it. */
function narrowestA(limits: readonly Limit[], baseW: number): number | undefined {
  const ceilings = limits
    .filter(({ direction }) => direction === 'import')
    .map(({ basis, ceiling, loadId }) => {
      if (loadId !== undefined) return ceiling;
      const leftW = (basis === 'activePowerW' ? ceiling : ceiling * VOLTAGE_V) - baseW;
      return Math.max(0, leftW / VOLTAGE_V);
    });
  return ceilings.length === 0 ? undefined : Math.min(...ceilings);
}

function siteOf({ gatewayId, areaId, distributor }: GatewayPlan, consentText: string): SitePlan {
  return {
    siteId: gatewayId,
    revision: 1,
    phases: ['L1'],
    nominalVoltageV: VOLTAGE_V,
    lines: [],
    devices: [],
    meters: [],
    circuits: [{ circuitId: CONNECTION_POINT, ratingA: 100, derating: 1 }],
    loads: [
      {
        kind: 'chargePoint',
        loadId: CHARGE_POINT,
        deviceId: CHARGE_POINT,
        circuitId: CONNECTION_POINT,
        priority: 1,
        phaseMap: { L1: 'L1' },
        ratingA: 32,
        minimumA: 6,
        floorA: 0,
        safeCurrentA: 0,
      },
    ],
    supply: { mpan: mpanOf(distributor, Number(gatewayId.replace(/\D/g, ''))), areas: [areaId, SUBSTATION] },
    consentTexts: { chargingData: { version: CHARGING_DATA_TEXT } },
    restriction: { ...CAPS, consentText, objection: 'the simulated distributor' },
    timing: DEFAULT_TIMING,
  };
}

/** Of the household, as the plan says; a withdrawal follows what was given. */
function ledgerOf({ consent }: GatewayPlan, textVersion: string, { utcMs }: Now): readonly ConsentEntry[] {
  const entry = { person: 'main', how: 'localPage', atUtcMs: utcMs - DAY_MS } as const;
  // All let their load be seen; who agrees to be restricted is another question.
  const seen: ConsentEntry = {
    ...entry,
    purpose: 'chargingData',
    textVersion: CHARGING_DATA_TEXT,
    action: 'given',
  };
  if (consent === 'never') return [seen];
  const given: ConsentEntry = { ...entry, purpose: 'dnoRestriction', textVersion, action: 'given' };
  if (consent === 'given') return [seen, given];
  return [seen, given, { ...given, action: 'withdrawn', atUtcMs: utcMs - DAY_MS / 2 }];
}

function seededEntropy(seed: number, gatewayId: string): Entropy {
  let drawn = 0;
  const next = (): number => draw(seed, gatewayId, 'entropy', drawn++);
  return {
    wholeUpTo: (maxInclusive) => Math.floor(next() * (maxInclusive + 1)),
    identifier: () => `${gatewayId}-${drawn++}`,
  };
}

import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildHome, type Home } from '../../firmware-sim/home.ts';
import { type HomeName, type HomeSpec, readHome } from '../../firmware-sim/homeSpec.ts';
import { createPassingSigner } from '../../src/adapters/jose/ownSigner.ts';
import { createSignatureReader } from '../../src/adapters/jose/signatureReader.ts';
import { createProfileDevice } from '../../src/adapters/modbus/profileDevice.ts';
import { openStore } from '../../src/adapters/sqlite/openStore.ts';
import { readSitePlan } from '../../src/config/readSitePlan.ts';
import { areaTopicOf, type TopicName, TRUST_TOPIC, topicOf } from '../../src/contract/topics.ts';
import type { ConsentPurpose } from '../../src/domain/consent.ts';
import type { Now } from '../../src/domain/instant.ts';
import { distributorOf } from '../../src/domain/mpan.ts';
import type { SitePlan } from '../../src/domain/sitePlan.ts';
import { fallbackSettingsOf } from '../../src/gateway/fallbackKeeper.ts';
import { Gateway } from '../../src/gateway/gateway.ts';
import type { RoomSettings } from '../../src/gateway/streams/room.ts';
import type { Cancel, Clock } from '../../src/ports/clock.ts';
import type { Device } from '../../src/ports/device.ts';
import type { Store } from '../../src/ports/store.ts';
import { loadProfiles } from '../../src/profiles/loadProfiles.ts';
import { Inbox } from '../../src/sync/inbox.ts';
import { Postman } from '../../src/sync/outbox.ts';
import { RangeDesk } from '../../src/sync/rangeDesk.ts';
import type { BackOffice } from './backOffice.ts';
import { given, USUAL_PURPOSES } from './consents.ts';
import { DirectLine } from './directLine.ts';
import { makeKeysFor, signCommand, type TestKeys } from './keys.ts';
import { RecordingLog } from './recordingLog.ts';
import { SteppedClock } from './steppedClock.ts';

const GATEWAY_ID = 'home';

const ROOT = new URL('../..', import.meta.url).pathname;

/** The clock as one life of a gateway sees it; when the life ends none of its timers runs any more. */
class LifeClock implements Clock {
  readonly #base: SteppedClock;
  readonly #offsetMs: number;
  readonly #wallClockOffsetMs: () => number;
  readonly #cancels = new Set<Cancel>();
  #isOver = false;

  constructor(base: SteppedClock, initialRunningMs: number, wallClockOffsetMs: () => number) {
    this.#base = base;
    this.#wallClockOffsetMs = wallClockOffsetMs;
    this.#offsetMs = initialRunningMs - base.runningMs();
  }

  runningMs(): number {
    return this.#base.runningMs() + this.#offsetMs;
  }

  now(): Now {
    const now = this.#base.now();
    return { ...now, utcMs: now.utcMs + this.#wallClockOffsetMs(), runningMs: this.runningMs() };
  }

  after(delayMs: number, run: () => void): Cancel {
    if (this.#isOver) return () => undefined;
    const cancel = this.#base.after(delayMs, () => {
      this.#cancels.delete(cancel);
      run();
    });
    this.#cancels.add(cancel);
    return () => {
      this.#cancels.delete(cancel);
      cancel();
    };
  }

  end(): void {
    this.#isOver = true;
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }
}

interface Life {
  readonly clock: LifeClock;
  readonly gateway: Gateway;
  readonly store: Store;
  readonly postman: Postman;
  readonly bus: ReturnType<BackOffice['connect']>;
  readonly devices: readonly Device[];
}

interface SteppedHomeOptions {
  readonly homeName?: HomeName;
  readonly startAtMs: number;
  readonly backOffice: BackOffice;
  /** Default 60 000. */
  readonly telemetryIntervalMs?: number;
  /** Every random delay, as far as it may be that long; half of the longest when absent. */
  readonly randomOffsetS?: number;
  /** Changes the simulated home. */
  readonly adaptHome?: (spec: HomeSpec) => HomeSpec;
  /** What the main driver agrees to at the first start; when absent all but restrictions. */
  readonly consents?: readonly ConsentPurpose[];
  /** In place of the plan of that home that comes with the product. */
  readonly site?: SitePlan;
  /** Room of the outbox; that of the product when absent. */
  readonly outbox?: RoomSettings;
  /** Default 30. */
  readonly keepJournalDays?: number;
  /** Stands between the gateway and its record. */
  readonly wrapStore?: (store: Store) => Store;
}

/**
 * A whole home on a stepped clock: the simulated house with its firmware, the real profiles, gateway, store and
 * postman. Only the wires and the broker are left out.
 */
export class SteppedHome {
  readonly home: Home;
  readonly clock: SteppedClock;
  readonly site: SitePlan;
  readonly log = new RecordingLog();
  /** Whom the gateway obeys. */
  readonly keys: TestKeys;
  /** How far the wall clock of the gateway has been stepped away from the time of the house. */
  wallClockOffsetMs = 0;
  readonly #backOffice: BackOffice;
  readonly #options: SteppedHomeOptions;
  readonly #directory = mkdtempSync(join(tmpdir(), 'loadgate-home-'));
  /** The gateway's own; it outlives each of its lives. */
  readonly #signer = createPassingSigner();
  #lives = 0;
  #life: Life | undefined;

  constructor(options: SteppedHomeOptions) {
    this.#options = options;
    this.#backOffice = options.backOffice;
    const spec = readHome(options.homeName ?? 'single-phase');
    this.home = buildHome(options.adaptHome?.(spec) ?? spec, { startAtMs: options.startAtMs });
    this.clock = new SteppedClock({ utcMs: options.startAtMs });
    this.site = options.site ?? examplePlan(options.homeName ?? 'single-phase');
    this.keys = makeKeysFor(this.site);
    mkdirSync(this.#stateDirectory(), { recursive: true });
  }

  get gateway(): Gateway {
    if (this.#life === undefined) throw new Error('the gateway does not live');
    return this.#life.gateway;
  }

  get store(): Store {
    if (this.#life === undefined) throw new Error('the gateway does not live');
    return this.#life.store;
  }

  start(): void {
    const { outbox, wrapStore } = this.#options;
    const opened = openStore({ directory: this.#stateDirectory(), log: this.log });
    const store = wrapStore?.(opened) ?? opened;
    const restored = 'state' in store.condition ? store.condition.state.runningMs : 0;
    const clock = new LifeClock(this.clock, restored, () => this.wallClockOffsetMs);
    const devices = this.#createDevices(clock);
    const bus = this.#backOffice.connect();
    const { randomOffsetS } = this.#options;
    const wholeUpTo = (most: number): number => Math.min(most, randomOffsetS ?? Math.floor(most / 2));
    const entropy = { wholeUpTo, identifier: () => 'fixed' };
    let postman: Postman | undefined;
    const gateway: Gateway = new Gateway({
      gatewayId: GATEWAY_ID,
      signer: this.#signer,
      site: this.site,
      devices,
      store,
      clock,
      entropy,
      log: this.log,
      supervisor: { ready: () => undefined, alive: () => undefined, stopping: () => undefined },
      version: 'stepped',
      cycleIntervalMs: 1000,
      segmentMs: 45_000,
      telemetryIntervalMs: this.#options.telemetryIntervalMs ?? 60_000,
      keepJournalDays: this.#options.keepJournalDays ?? 30,
      ...(outbox !== undefined && { outbox }),
      onRecorded: () => postman?.nudge(),
      syncStatus: () => ({ isConnected: bus.isConnected(), sent: 0, acknowledged: 0 }),
    });
    const { supply, controllingParty } = this.site;
    new Inbox({
      gatewayId: GATEWAY_ID,
      bus,
      clock,
      log: this.log,
      circuits: this.site.circuits,
      areaIds: supply?.areas ?? [],
      ...(supply !== undefined && { distributor: distributorOf(supply.mpan) }),
      ...(controllingParty?.partyId !== undefined && { partyId: controllingParty.partyId }),
      trust: { ...this.keys.trust, bundle: gateway.commands.trustBundle()?.bundle ?? this.keys.bundle },
      verify: createSignatureReader(),
      knownIds: gateway.commands.knownControlIds(),
      onControl: (limits, id) => gateway.commands.acceptControl(limits, id),
      onCancel: (id) => gateway.commands.cancelControl(id),
      onHeartbeat: () => gateway.commands.hearParty(),
      whyNoControl: () => gateway.agreement.whyNoControl(),
      releasesSinceUtcMs: () => gateway.commands.releasesSinceUtcMs(),
      consent: {
        view: () => gateway.agreement.view(),
        onEntry: (entry) => gateway.agreement.accept(entry),
        onAcknowledged: (entries) => gateway.agreement.acknowledge(entries),
        onTexts: (version, texts) => gateway.agreement.announceTexts(version, texts),
      },
      onRestriction: (signed) => gateway.commands.acceptRestriction(signed),
      onRestrictionRefused: (refusal) => gateway.commands.refuseRestriction(refusal),
      onTrust: (bundle, jws) => gateway.commands.acceptTrust(bundle, jws),
      onEvent: (event) => gateway.record(event),
    });
    postman = new Postman({
      gatewayId: GATEWAY_ID,
      store,
      bus,
      clock,
      entropy,
      log: this.log,
      cut: (row) => gateway.agreement.cutRow(row),
      kept: (stream, sequence) => store.streams.kept(stream, sequence, sequence, 1)[0],
      inFlightMaximum: () => 20,
      onEvent: (event) => gateway.record(event),
    });
    new RangeDesk({
      gatewayId: GATEWAY_ID,
      bus,
      clock,
      log: this.log,
      bundle: () => this.keys.bundle,
      verify: createSignatureReader(),
      onRequest: (request) => gateway.commands.answerRange(request),
      repeat: (stream, sequences) => postman?.repeat(stream, sequences),
      onEvent: (event) => gateway.record(event),
    });
    this.#life = { clock, gateway, store, postman, bus, devices };
    gateway.start();
    const missing = USUAL_PURPOSES.filter(
      (purpose) => !gateway.agreement.view().ledger.some((entry) => entry.purpose === purpose),
    );
    const consents = given(this.#options.consents ?? missing, this.site, clock.now().utcMs);
    if (missing.length > 0 && consents.length > 0) gateway.agreement.change(consents);
  }

  /**
   * Ends the life between two steps, as SIGKILL does: nothing more is written, the next life finds what is on the disk.
   * @param keepsLogBytes a power cut takes what of the log lies behind this, since it was not put on the disk for good yet
   */
  kill({ keepsLogBytes }: { readonly keepsLogBytes?: number } = {}): void {
    const life = this.#life;
    if (life === undefined) return;
    life.clock.end();
    life.bus.cut();
    const abandoned = this.#stateDirectory();
    this.#lives += 1;
    mkdirSync(this.#stateDirectory());
    for (const name of ['loadgate.sqlite', 'loadgate.sqlite-wal']) {
      if (existsSync(join(abandoned, name)))
        cpSync(join(abandoned, name), join(this.#stateDirectory(), name));
    }
    const log = join(this.#stateDirectory(), 'loadgate.sqlite-wal');
    if (keepsLogBytes !== undefined && existsSync(log) && statSync(log).size > keepsLogBytes) {
      truncateSync(log, keepsLogBytes);
    }
    // Only now: closing writes, and a killed process does not.
    life.store.close();
    rmSync(abandoned, { recursive: true, force: true });
    this.#life = undefined;
  }

  async stop(): Promise<void> {
    const life = this.#life;
    if (life === undefined) return;
    const stopping = life.gateway.stop('test');
    await this.clock.advance(10_000);
    await stopping;
    const farewell = life.postman.stop(2_000);
    await this.clock.advance(3_000);
    await farewell;
    life.clock.end();
    life.store.close();
    this.#life = undefined;
  }

  /** Signed by the one who may give it, unless the story says otherwise. @returns what was sent */
  async command(name: TopicName, body: object, { isSigned = true } = {}): Promise<string> {
    const utcMs = this.clock.now().utcMs + this.wallClockOffsetMs;
    const text = isSigned
      ? signCommand(this.keys, name, body, { gatewayId: GATEWAY_ID, utcMs })
      : JSON.stringify(body);
    await this.#backOffice.command(this.#topicOf(name), text);
    return text;
  }

  /** Files of the current life; for opening the record to read it. */
  stateDirectory(): string {
    return this.#stateDirectory();
  }

  remove(): void {
    this.kill();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #topicOf(name: TopicName): string {
    if (name === 'trust') return TRUST_TOPIC;
    return name === 'areaRestriction'
      ? areaTopicOf(this.site.supply?.areas[0] ?? '')
      : topicOf(GATEWAY_ID, name);
  }

  #stateDirectory(): string {
    return join(this.#directory, `life-${this.#lives}`);
  }

  #createDevices(clock: Clock): Device[] {
    const { profiles } = loadProfiles(join(ROOT, 'drivers'));
    const deviceNowMs = (): number => this.clock.now().utcMs;
    const lines = new Map<string, DirectLine>();
    return this.site.devices.map((plan) => {
      const lineId = plan.connection.kind === 'serial' ? plan.connection.lineId : plan.deviceId;
      let line = lines.get(lineId);
      if (line === undefined) {
        const onLine = this.site.devices.filter(({ deviceId, connection }) =>
          connection.kind === 'serial' ? connection.lineId === lineId : deviceId === lineId,
        );
        const units = onLine.map(({ deviceId, unit }) => {
          const device = this.home.devices[deviceId];
          if (device === undefined) throw new Error(`the simulated home has no ${deviceId}`);
          return [unit, device] as const;
        });
        line = new DirectLine({ devices: new Map(units), clock, deviceNowMs });
        lines.set(lineId, line);
      }
      const profile = profiles.get(plan.profile);
      if (profile === undefined) throw new Error(`no profile ${plan.profile}`);
      const fallback = fallbackSettingsOf(this.site, plan.deviceId);
      return createProfileDevice({
        deviceId: plan.deviceId,
        profile,
        unit: plan.unit,
        line,
        clock,
        log: this.log,
        ...(fallback === undefined ? {} : { fallback }),
      });
    });
  }
}

export function examplePlan(homeName: HomeName): SitePlan {
  const read = readSitePlan(join(ROOT, `config/site.${homeName}.jsonc`));
  if (!read.ok) throw new Error(JSON.stringify(read.mistakes));
  return read.plan;
}

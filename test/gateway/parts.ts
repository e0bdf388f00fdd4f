import { createPassingSigner } from '../../src/adapters/jose/ownSigner.ts';
import type { CommandEffect } from '../../src/domain/command.ts';
import type { DeviceReadings } from '../../src/domain/point.ts';
import { measured } from '../../src/domain/reading.ts';
import type { SitePlan } from '../../src/domain/sitePlan.ts';
import type { NetworkStanding } from '../../src/gateway/describeStatus.ts';
import { Gateway, type GatewayParts } from '../../src/gateway/gateway.ts';
import type {
  ActionResult,
  Device,
  DeviceAction,
  DeviceReport,
  DeviceTraits,
} from '../../src/ports/device.ts';
import type {
  CommitResult,
  JournalHead,
  JournalSegment,
  OutboxDraft,
  RecordBatch,
  Store,
  StoreCondition,
} from '../../src/ports/store.ts';
import { NOTHING_REACHED, type StreamStore } from '../../src/ports/streams.ts';
import { SITE } from '../core/smallHome.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { SteppedClock } from '../support/steppedClock.ts';

/** What happened, in order, over all parts. */
export type Happening = string;

export class FakeDevice implements Device {
  readonly deviceId: string;
  readonly traits: { -readonly [Key in keyof DeviceTraits]: DeviceTraits[Key] };
  readings: DeviceReadings = {};
  isDeaf = false;
  polls = 0;
  keepAlives = 0;
  readonly actions: DeviceAction[] = [];
  readonly #happenings: Happening[];
  readonly #clock: SteppedClock;

  constructor(deviceId: string, clock: SteppedClock, happenings: Happening[], refreshEveryMs?: number) {
    this.deviceId = deviceId;
    this.#clock = clock;
    this.#happenings = happenings;
    this.traits = {
      writeSpacingMs: 0,
      setpointStepA: 0.1,
      ...(refreshEveryMs === undefined ? {} : { refreshEveryMs }),
    };
  }

  /** Fresh readings at every poll; a meter's jitter as a real one has it. */
  live: (() => DeviceReadings) | undefined;

  async poll(): Promise<DeviceReadings> {
    this.polls += 1;
    if (this.live !== undefined) this.readings = this.live();
    return this.readings;
  }

  async apply(action: DeviceAction, effect: CommandEffect): Promise<ActionResult> {
    this.#happenings.push(`${this.deviceId} ${describeAction(action)} ${effect}`);
    if (this.isDeaf) return { ok: false, fault: 'device-timeout', detail: 'deaf' };
    this.actions.push(action);
    return { ok: true };
  }

  async secureFallback(): Promise<ActionResult> {
    this.#happenings.push(`${this.deviceId} secured`);
    return { ok: true };
  }

  keepAlive(): void {
    this.keepAlives += 1;
  }

  report(): DeviceReport {
    return {
      deviceId: this.deviceId,
      profile: 'fake',
      contact: 'answering',
      contacts: 1,
      fallback: { state: 'none' },
      drifts: 0,
      writes: [],
    };
  }

  async close(): Promise<void> {}

  measured(value: number | boolean | 'C'): DeviceReadings[keyof DeviceReadings] {
    return measured(value, this.#clock.runningMs());
  }
}

function describeAction(action: DeviceAction): string {
  switch (action.kind) {
    case 'setChargeCurrent':
      return `${action.currentA} A`;
    case 'setSwitch':
      return `${action.relayChannel} ${action.position}`;
    case 'setPowerLimit':
      return action.powerW === undefined ? 'released' : `${action.powerW} W`;
    case 'setPhases':
      return `${action.phases} of 3 phases`;
  }
}

export class FakeStore implements Store {
  readonly outboxId = '0a1b2c3d';
  condition: StoreCondition;
  isFull = false;
  /** What each commit takes from everything else. */
  onCommit: () => void = () => undefined;
  readonly batches: RecordBatch[] = [];
  readonly #happenings: Happening[];

  constructor(happenings: Happening[], condition: StoreCondition = { kind: 'fresh' }) {
    this.#happenings = happenings;
    this.condition = condition;
  }

  commit(batch: RecordBatch): CommitResult {
    this.#happenings.push(this.isFull ? 'commit refused' : 'commit');
    this.onCommit();
    if (this.isFull) return { ok: false, detail: 'disk full' };
    const { cleaning, ...plain } = batch;
    const told = cleaning?.tell([]);
    const outbox = [...batch.outbox, ...(told?.drafts ?? [])];
    this.batches.push(structuredClone({ ...plain, outbox }));
    const head = this.head();
    return {
      ok: true,
      sequences: batch.outbox.map((_, index) => index + 1),
      ...(head === undefined ? {} : { head }),
    };
  }

  head(): JournalHead | undefined {
    const record = this.batches.reduce(
      (count, { segment, notes = [] }) => count + notes.length + (segment === undefined ? 0 : 1),
      0,
    );
    return record === 0 ? undefined : { record, hash: String(record).padStart(64, '0') };
  }

  drafts(stream: OutboxDraft['stream']): object[] {
    return this.batches.flatMap(({ outbox }) =>
      outbox.filter((draft) => draft.stream === stream).map(({ body }) => body),
    );
  }

  segments(): JournalSegment[] {
    return this.batches.flatMap(({ segment }) => (segment === undefined ? [] : [segment]));
  }

  pending(): [] {
    return [];
  }
  pendingCount(): number {
    return 0;
  }
  acknowledge(): void {}
  trimJournal(): void {}
  eraseSlice(): boolean {
    return false;
  }
  readonly usage = { readState: () => undefined, lastId: () => 0, holdings: () => [], thin: () => undefined };
  readonly streams: StreamStore = {
    holdings: () => [],
    reach: () => NOTHING_REACHED,
    vouched: () => NOTHING_REACHED,
    untoldLosses: () => [],
    lossesOf: () => [],
    waiting: () => [],
    oldestBut: () => undefined,
    kept: () => [],
    thin: () => undefined,
    trimKept: () => undefined,
  };
  close(): void {}
}

/** A gateway over fakes: a grid meter, a heater meter, a relay and a charge point that obey at once. */
export class FakeHome {
  readonly clock: SteppedClock;
  readonly happenings: Happening[] = [];
  readonly log = new RecordingLog();
  readonly store: FakeStore;
  readonly grid: FakeDevice;
  readonly relay: FakeDevice;
  readonly charger: FakeDevice;
  readonly gateway: Gateway;
  /** Household and heater, import positive; the car comes on top. */
  householdA = 10;
  /** The way to the back office by the last look at it. */
  network: NetworkStanding | undefined;
  /** What is said of the certificate at the broker, and what is wrong with it. */
  certificate: Pick<ReturnType<GatewayParts['syncStatus']>, 'certificate' | 'faults'> = {};
  #jitter = 0;

  constructor(condition?: StoreCondition, chargerRefreshMs?: number, plan: SitePlan = SITE) {
    const state = condition !== undefined && 'state' in condition ? condition.state : undefined;
    const runningMs = state?.runningMs ?? 0;
    // It takes some hours until another box stands there.
    const later = condition?.kind === 'fromBackup' ? { utcMs: condition.state.utcMs + 3 * 3_600_000 } : {};
    this.clock = new SteppedClock({ runningMs, ...later });
    const { clock, happenings } = this;
    this.store = new FakeStore(happenings, condition);
    this.grid = new FakeDevice('grid', clock, happenings);
    this.relay = new FakeDevice('relay', clock, happenings, 20_000);
    this.charger = new FakeDevice('charger', clock, happenings, chargerRefreshMs);
    const heaterMeter = new FakeDevice('heater-meter', clock, happenings);
    this.grid.live = () => this.#meter(this.householdA + this.carA());
    heaterMeter.live = () => this.#meter(0);
    this.relay.live = () =>
      ({
        'relayClosed.1': this.relay.measured(this.#isClosed(1)),
        'relayClosed.2': this.relay.measured(this.#isClosed(2)),
      }) as DeviceReadings;
    this.charger.live = () =>
      ({
        setpointA: this.charger.measured(this.carA()),
        chargingState: this.charger.measured('C'),
        'phaseCurrentA.L1': this.charger.measured(this.carA()),
      }) as DeviceReadings;
    const devices = [this.grid, heaterMeter, this.relay, this.charger];
    this.gateway = new Gateway({
      gatewayId: 'home-1',
      signer: createPassingSigner(),
      site: {
        ...plan,
        devices: devices.map(({ deviceId }) => ({
          deviceId,
          profile: 'fake',
          connection: { kind: 'tcp', host: 'x', port: 1 },
          unit: 1,
        })),
      },
      devices,
      store: this.store,
      clock,
      entropy: { wholeUpTo: () => 60, identifier: () => 'id' },
      log: this.log,
      supervisor: {
        ready: () => happenings.push('ready'),
        alive: () => happenings.push('alive'),
        stopping: () => happenings.push('stopping'),
      },
      version: 'test',
      cycleIntervalMs: 1000,
      segmentMs: 30_000,
      telemetryIntervalMs: 60_000,
      keepJournalDays: 1,
      onRecorded: () => undefined,
      syncStatus: () => ({ isConnected: false, sent: 0, acknowledged: 0, ...this.certificate }),
      networkState: () => this.network,
    });
  }

  carA(): number {
    const last = this.charger.actions.at(-1);
    return last?.kind === 'setChargeCurrent' ? last.currentA : 10;
  }

  #isClosed(channel: number): boolean {
    const last = this.relay.actions.findLast(
      (action) => action.kind === 'setSwitch' && action.relayChannel === channel,
    );
    return last?.kind === 'setSwitch' ? last.position === 'closed' : channel === 2;
  }

  #meter(currentA: number): DeviceReadings {
    this.#jitter = (this.#jitter + 1) % 7;
    return {
      'phaseCurrentA.L1': this.grid.measured(Math.abs(currentA)),
      'phasePowerW.L1': this.grid.measured(currentA * 230),
      'phaseVoltageV.L1': this.grid.measured(230 + this.#jitter / 100),
    } as DeviceReadings;
  }
}

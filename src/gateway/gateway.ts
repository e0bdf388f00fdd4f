import type { Status } from '../contract/status.ts';
import { decide } from '../core/decide.ts';
import type { Decision, DecisionInput } from '../core/decision.ts';
import type { SchemeReset } from '../core/limitationScheme.ts';
import type { SchemeMemory } from '../core/memory.ts';
import type { Pace } from '../core/pace.ts';
import type { Command } from '../domain/command.ts';
import type { DomainEvent } from '../domain/event.ts';
import type { Fault } from '../domain/faults.ts';
import type { Now, RunningMs } from '../domain/instant.ts';
import type { DeviceReadings, Snapshot } from '../domain/point.ts';
import type { SitePlan } from '../domain/sitePlan.ts';
import type { Cancel, Clock } from '../ports/clock.ts';
import type { Device } from '../ports/device.ts';
import type { Entropy } from '../ports/entropy.ts';
import type { Log } from '../ports/log.ts';
import type { OwnSigner } from '../ports/signature.ts';
import type { Store } from '../ports/store.ts';
import type { Supervisor } from '../ports/supervisor.ts';
import { Actuator } from './actuator.ts';
import { Agreement } from './agreement.ts';
import { CommandIntake } from './commandIntake.ts';
import { CommitPace } from './commitPace.ts';
import { ConsentKeeper } from './consentKeeper.ts';
import { withoutLimits } from './controlSlot.ts';
import { needsDecision } from './crossing.ts';
import { bindingSentence, describeStatus, type NetworkStanding } from './describeStatus.ts';
import { type Erased, ErasureKeeper } from './erasure.ts';
import { FallbackKeeper } from './fallbackKeeper.ts';
import { type GatewayMemory, memoryAtStart, withRestorationTimed } from './gatewayMemory.ts';
import { gatherInput } from './gatherInput.ts';
import { type Checkpoint, JournalKeeper } from './journalKeeper.ts';
import type { Kept } from './kept.ts';
import { LatestReadings } from './latestReadings.ts';
import { type OwnerSettings, withoutExpired } from './ownerSettings.ts';
import { Poller } from './poller.ts';
import { Recorder } from './recorder.ts';
import { rememberedSwitches } from './rememberedSwitches.ts';
import { Reporter } from './reporter.ts';
import { tellOfRestoration } from './restoration.ts';
import { RestrictionKeeper } from './restrictionKeeper.ts';
import { takeStatedPosture } from './statedPosture.ts';
import { DEFAULT_ROOM, type RoomSettings } from './streams/room.ts';
import { StreamKeeper } from './streams/streamKeeper.ts';
import { UsageKeeper } from './usage/usageKeeper.ts';

export interface GatewayParts {
  readonly gatewayId: string;
  readonly site: SitePlan;
  readonly devices: readonly Device[];
  readonly store: Store;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly signer: OwnSigner;
  readonly log: Log;
  readonly supervisor: Supervisor;
  readonly version: string;
  readonly cycleIntervalMs: number;
  readonly segmentMs: number;
  readonly telemetryIntervalMs: number;
  readonly keepJournalDays: number;
  /** Room of the outbox; absent: DEFAULT_ROOM. */
  readonly outbox?: RoomSettings;
  /** Something was written that may have to be sent. */
  readonly onRecorded: () => void;
  /** How the way to the back office is doing; the cycle never waits for it. */
  readonly syncStatus: () => {
    readonly isConnected: boolean;
    readonly sent: number;
    readonly acknowledged: number;
    /** Where the connection stands and what is wrong with it. Absent: no broker is set. */
    readonly sentence?: string;
    /** What is wrong although it stands. */
    readonly faults?: readonly Fault[];
    /** By which this gateway is known at the broker. Absent: none is set. */
    readonly certificate?: Status['sync']['certificate'];
  };
  /** The way to the back office by the last look at it. Absent: nothing was ever broken. */
  readonly networkState?: () => NetworkStanding | undefined;
}

/** SI 2021/1467 reg 11: by default up to 600 s, to the second. */
const LONGEST_OFFSET_S = 600;
/** A crossing wakes a decision at once, but not more often than this. */
const LEAST_SPACING_MS = 100;
/** Devices that take any request for a sign of life are not asked when no cycle has finished for this long. */
const CYCLE_OVERDUE_MS = 3_000;
const TRIM_EVERY_MS = 3_600_000;

/** What a start says that it has found. */
const FOUND = {
  fresh: 'nothing',
  restored: 'memory',
  fromBackup: 'backup',
  damaged: 'damaged',
  unavailable: 'nothing',
} as const;

/**
 * The running shell. One cycle: readings are frozen, the judgement is taken, narrowing goes out, the record is
 * written, widening goes out, and only then is anything fed that watches over the gateway.
 */
export class Gateway {
  /** What comes signed from outside. */
  readonly commands: CommandIntake;
  /** What the household agrees to. */
  readonly agreement: Agreement;
  readonly #parts: GatewayParts;
  readonly #latest: LatestReadings;
  readonly #poller: Poller;
  readonly #actuator: Actuator;
  readonly #recorder: Recorder;
  readonly #reporter: Reporter;
  readonly #usage: UsageKeeper;
  readonly #erasure: ErasureKeeper;
  readonly #fallbacks: FallbackKeeper;
  readonly #restrictions: RestrictionKeeper;
  readonly #consents: ConsentKeeper;
  readonly #streams: StreamKeeper;
  readonly #journal: JournalKeeper;
  readonly #commitPace = new CommitPace();
  readonly #paces: Readonly<Record<string, Pace>>;
  #memory: GatewayMemory;
  #decision: Decision | undefined;
  /** Asked for in the next decision only. */
  #schemeReset: SchemeReset | undefined;
  #cancelTick: Cancel = () => {};
  #cancelCrossing: Cancel | undefined;
  #isStopped = false;
  #cycles = 0;
  #lastCycleMs = 0;
  #worstCycleMs = 0;
  #finishedAtMs: RunningMs;
  #trimmedAtMs = Number.NEGATIVE_INFINITY;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
    const { site, devices, clock, log, store } = parts;
    const nowMs = clock.runningMs();
    this.#finishedAtMs = nowMs;
    this.#memory = memoryAtStart(store.condition, nowMs);
    this.#latest = new LatestReadings(site, nowMs);
    this.#actuator = new Actuator({ site, devices, clock, log });
    this.#usage = new UsageKeeper({ site, store, startedAt: clock.now() });
    this.#consents = new ConsentKeeper({
      gatewayId: parts.gatewayId,
      site,
      signer: parts.signer,
      onDraft: (draft) => this.#recorder.addDraft(draft),
      onNote: (note) => this.#recorder.addNote(note),
    });
    this.#streams = new StreamKeeper({
      ...(parts.outbox ?? DEFAULT_ROOM),
      gatewayId: parts.gatewayId,
      store,
      signer: parts.signer,
      isConnected: () => parts.syncStatus().isConnected,
    });
    this.#recorder = new Recorder({
      store,
      log,
      segmentMs: parts.segmentMs,
      usage: this.#usage,
      streams: this.#streams,
      cut: (draft) => this.#consents.cut(draft),
    });
    this.#reporter = new Reporter({
      site,
      telemetryIntervalMs: parts.telemetryIntervalMs,
      startedAt: clock.now(),
      describe: () => this.status(),
      onDraft: (draft) => this.#recorder.addDraft(draft),
      onTelemetry: (body) => this.#streams.observe(body),
    });
    this.#erasure = new ErasureKeeper({
      gatewayId: parts.gatewayId,
      store,
      clock,
      log,
      signer: parts.signer,
      usage: this.#usage,
      recorder: this.#recorder,
      onEvent: (event) => this.record(event),
      commit: () => this.#cycle({ mustRecord: true }),
    });
    this.#fallbacks = new FallbackKeeper(site, devices);
    this.#journal = new JournalKeeper({
      gatewayId: parts.gatewayId,
      journalId: () => store.outboxId,
      signer: parts.signer,
    });
    this.#restrictions = new RestrictionKeeper({
      gatewayId: parts.gatewayId,
      site,
      signer: parts.signer,
      log,
      onDraft: (draft) => this.#recorder.addDraft(draft),
      onNote: (note) => this.#recorder.addNote(note),
      isAgreed: () => this.#consents.covered().has('dnoRestriction'),
    });
    const kept: Kept = {
      now: () => clock.now(),
      memory: () => this.#memory,
      change: (part) => {
        this.#memory = { ...this.#memory, ...part };
      },
      record: () => this.#cycle({ mustRecord: true }),
    };
    this.agreement = new Agreement({
      kept,
      consents: this.#consents,
      onChange: () => this.#reporter.wantStatus(),
    });
    this.commands = new CommandIntake({
      kept,
      agreement: this.agreement,
      restrictions: this.#restrictions,
      streams: this.#streams,
      recorder: this.#recorder,
      onEvent: (event) => this.record(event),
    });
    this.#followConsent(clock.now());
    this.#paces = Object.fromEntries(
      devices.map(({ deviceId, traits: { writeSpacingMs, setpointStepA } }) => [
        deviceId,
        { writeSpacingMs, setpointStepA },
      ]),
    );
    this.#poller = new Poller({
      devices,
      clock,
      log,
      mayPoll: () => this.isCycling(),
      onReadings: (deviceId, readings) => this.#take(deviceId, readings),
    });
  }

  start(): void {
    const { log, store, site, supervisor, clock } = this.#parts;
    this.#adoptSwitches();
    this.#streams.noteStart(clock.now());
    const { condition } = store;
    const restoration = tellOfRestoration(this.#parts, clock.now());
    if (restoration !== undefined) {
      this.#recorder.addNote(restoration.note);
      this.#recorder.addDraft(restoration.draft);
    }
    const found = FOUND[condition.kind];
    const gapMs = 'state' in condition ? Math.max(0, clock.now().utcMs - condition.state.utcMs) : undefined;
    this.record({ kind: 'gatewayStarted', found, ...(gapMs === undefined ? {} : { gapMs }) });
    if (condition.kind === 'damaged')
      log.error(
        condition,
        'The database was damaged and has been set aside; the loads stay in their safe posture',
      );
    if (condition.kind === 'fromBackup')
      log.error(
        condition.backup,
        'The record was restored from a backup; the loads stay in their safe posture',
      );
    if (condition.kind === 'unavailable') log.error(condition, 'No record can be written; nothing widens');
    log.info({ siteId: site.siteId, revision: site.revision, found }, 'Gateway started');
    this.#poller.start();
    this.#erasure.start();
    this.#tick();
    supervisor.ready(this.#sentence());
  }

  /** Leaves the loads in their stated posture and closes the record. The devices stay open for whoever opened them. */
  async stop(cause: string): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    const { supervisor, log, site, devices, clock } = this.#parts;
    supervisor.stopping();
    this.#cancelTick();
    this.#cancelCrossing?.();
    this.#poller.stop();
    this.#actuator.stop();
    this.#erasure.stop();
    const posture = await takeStatedPosture({ site, devices, memory: this.#memory.core });
    this.#memory = { ...this.#memory, core: posture.memory };
    this.record({ kind: 'gatewayStopped', posture: posture.sentence });
    this.#reporter.closeInterval(clock.now());
    this.#commit(clock.now(), { isClosing: true });
    if (this.#vouch(this.#journal.takeLast(clock.now()))) this.#commit(clock.now());
    if (this.#erasure.sayFarewell()) this.#commit(clock.now());
    log.info({ cause, posture: posture.sentence }, 'Gateway stopped');
  }

  /** Something that happened outside of a decision; written by the next cycle. */
  record(event: DomainEvent): void {
    this.#recorder.addDraft({ stream: 'events', body: event });
  }

  /** A word to the back office, signed with the gateway's own key. @returns false when it could not be recorded yet */
  say(payload: object): boolean {
    this.#recorder.addDraft({ stream: 'receipts', body: { jws: this.#parts.signer.sign(payload) } });
    return this.#cycle({ mustRecord: true });
  }

  /** An operator has looked into it: what was lost with the record does not matter any more. */
  acknowledgeDistrust(): boolean {
    const { distrust, ...rest } = this.#memory;
    if (distrust === undefined) return false;
    this.#memory = rest;
    this.#cycle({ mustRecord: true });
    return true;
  }

  /** The owner has chosen something; in force from this cycle on, and kept. @returns false when it could not be recorded */
  chooseAsOwner(change: (settings: OwnerSettings) => OwnerSettings): boolean {
    this.#memory = { ...this.#memory, owner: change(this.#memory.owner) };
    return this.#cycle({ mustRecord: true });
  }

  ownerSettings(): OwnerSettings {
    return this.#memory.owner;
  }

  schemes(): readonly SchemeMemory[] {
    return this.#memory.core.schemes;
  }

  /** Opens lock-outs of the limitation scheme as far as this person may. @returns the states before and after */
  resetScheme(reset: SchemeReset): {
    readonly before: readonly SchemeMemory[];
    readonly after: readonly SchemeMemory[];
  } {
    const before = this.#memory.core.schemes;
    this.#schemeReset = reset;
    this.#cycle({ mustRecord: true });
    return { before, after: this.#memory.core.schemes };
  }

  /** The household wants what is kept of its use erased. @returns undefined when nothing could be done */
  eraseHistory(why: 'household' | 'decommission'): Erased | undefined {
    return this.#erasure.erase(why);
  }

  isErasing(): boolean {
    return this.#erasure.isRunning();
  }

  /** This gateway is taken out of service: its last word goes out when it has stopped. */
  prepareFarewell(): void {
    this.#erasure.prepareFarewell();
  }

  /** The broker may have told the world that this gateway is gone: the next status says otherwise. */
  greet(): void {
    this.#reporter.wantStatus();
  }

  /** Whether a cycle has finished lately. */
  isCycling(): boolean {
    return this.#parts.clock.runningMs() - this.#finishedAtMs <= CYCLE_OVERDUE_MS;
  }

  /** What is known of every device; never changed, only replaced. */
  snapshot(): Snapshot {
    return this.#latest.snapshot();
  }

  status(): Status {
    const { site, version, clock, store, syncStatus, signer } = this.#parts;
    const { isConnected, sent, acknowledged, sentence, certificate } = syncStatus();
    const lastCommitMs = this.#recorder.lastCommitMs();
    const condition = this.#recorder.isFailing() ? 'failing' : store.condition.kind;
    return describeStatus({
      site,
      version,
      now: clock.now(),
      snapshot: this.#latest.snapshot(),
      explanation: this.#decision?.explanation,
      owner: this.#memory.owner,
      restrictions: this.#memory.restrictions,
      consent: this.agreement.view(),
      identity: { keyId: signer.keyId, publicKey: signer.publicKey },
      trust: { version: this.#memory.trust?.bundle.version ?? 0 },
      extraFaults: this.#ownFaults(),
      network: this.#parts.networkState?.(),
      sync: {
        isConnected,
        ...(sentence !== undefined && { sentence }),
        ...(certificate !== undefined && { certificate }),
        outboxDepth: store.pendingCount(),
        ...roomOf(this.#streams.room()),
      },
      record: { condition, ...(lastCommitMs === undefined ? {} : { lastCommitMs }) },
      cycle: { count: this.#cycles, lastMs: this.#lastCycleMs, worstMs: this.#worstCycleMs },
      counters: {
        commandsByCause: { ...this.#actuator.countsByCause() },
        messagesSent: sent,
        messagesAcknowledged: acknowledged,
      },
    });
  }

  #take(deviceId: string, readings: DeviceReadings): void {
    const before = this.#latest.snapshot()[deviceId];
    this.#latest.set(deviceId, readings);
    if (this.#isStopped || this.#cancelCrossing !== undefined) return;
    if (!needsDecision(this.#parts.site, deviceId, readings, before, this.#decision?.explanation)) return;
    const waitMs = Math.max(0, LEAST_SPACING_MS - (this.#parts.clock.runningMs() - this.#finishedAtMs));
    if (waitMs === 0) {
      this.#cycle();
      return;
    }
    this.#cancelCrossing = this.#parts.clock.after(waitMs, () => {
      this.#cancelCrossing = undefined;
      this.#cycle();
    });
  }

  /** Every tick is due from the last one, so that a slow cycle does not shift all that follow. */
  #tick(): void {
    if (this.#isStopped) return;
    const { clock, cycleIntervalMs } = this.#parts;
    const startedMs = clock.runningMs();
    this.#cycle();
    const tookMs = clock.runningMs() - startedMs;
    this.#cancelTick = clock.after(Math.max(1, cycleIntervalMs - tookMs), () => this.#tick());
  }

  /** @returns false when something was to be written now and could not be */
  #cycle({ mustRecord } = { mustRecord: false }): boolean {
    const { clock, supervisor } = this.#parts;
    const startedMs = clock.runningMs();
    const { input, decision, isRecorded } = this.#decideAndRecord(mustRecord);
    this.#actuator.give(isRecorded ? decision.commands.filter(({ effect }) => effect === 'widening') : []);
    this.#actuator.upkeep(input.snapshot);
    this.#fallbacks.upkeep(decision.explanation.faults, startedMs);
    this.#streams.upkeep(clock.now());
    this.#cycles += 1;
    this.#finishedAtMs = clock.runningMs();
    this.#lastCycleMs = this.#finishedAtMs - startedMs;
    this.#worstCycleMs = Math.max(this.#worstCycleMs, this.#lastCycleMs);
    // Only here: a cycle that hangs or throws starves every watchdog.
    if (this.#lastCycleMs <= CYCLE_OVERDUE_MS) supervisor.alive(this.#sentence());
    return isRecorded;
  }

  /** Narrowing leaves before the record is tried; a decision to widen that cannot be recorded is taken again without. */
  #decideAndRecord(mustRecord: boolean): { input: DecisionInput; decision: Decision; isRecorded: boolean } {
    const { clock } = this.#parts;
    const now = clock.now();
    this.#followConsent(now);
    const restrictions = this.#restrictions.passTime(this.#memory.restrictions, now);
    this.#memory = withRestorationTimed({ ...this.#memory, restrictions }, now);
    const mayWrite = mustRecord || this.#commitPace.mayWrite(now.runningMs);
    let input = this.#input(mayWrite && this.#recorder.canRecord(now.runningMs));
    let decision = decide(input);
    this.#actuator.give(decision.commands.filter(isNarrowing));
    this.#recorder.addDecision(input, decision.commands, decision.events);
    this.#adopt(decision);
    this.#followRestrictions(input, decision);
    this.#reporter.observe(input, decision);
    this.#usage.observe(input, decision);
    this.#vouch(this.#journal.takeDue(now));
    const { commands, events } = decision;
    const isPressing = mustRecord || commands.length > 0 || events.length > 0 || this.#commitPace.isOwed();
    const isDue = this.#recorder.isDue(now.runningMs);
    if (!isPressing && !isDue) return { input, decision, isRecorded: true };
    const isPutOff = !mustRecord && this.#commitPace.putsOff(commands.some(isNarrowing));
    const isRecorded = input.canRecord && !isPutOff && this.#commit(now);
    if (!isRecorded && input.canRecord && decision.commands.some(({ effect }) => effect === 'widening')) {
      this.#recorder.withdrawDecision();
      input = { ...input, canRecord: false };
      decision = decide(input);
      this.#recorder.addDecision(input, decision.commands, decision.events);
      this.#adopt(decision);
    }
    this.#trim(now.runningMs, now.utcMs);
    return { input, decision, isRecorded };
  }

  #input(canRecord: boolean): DecisionInput {
    const { clock, site, entropy } = this.#parts;
    return gatherInput({
      now: clock.now(),
      site,
      snapshot: this.#latest.snapshot(),
      memory: this.#memory,
      restrictions: this.#restrictions.limits(this.#memory.restrictions),
      randomOffsetMs: entropy.wholeUpTo(LONGEST_OFFSET_S) * 1000,
      canRecord,
      paces: this.#paces,
      schemeReset: this.#schemeReset,
    });
  }

  /** What is not agreed to any more stops before anybody outside is asked. */
  #followConsent(now: Now): void {
    const { memory, lost, gained, cleaning } = this.#consents.follow(this.#memory, now);
    if (lost.length === 0 && gained.length === 0) return;
    this.#memory = { ...this.#memory, ...memory };
    if (cleaning !== undefined) this.#recorder.clean(cleaning);
    if (lost.includes('dnoRestriction')) {
      const restrictions = this.#restrictions.end(this.#memory.restrictions, 'withdrawn', () => true, now);
      this.#memory = { ...this.#memory, restrictions };
    }
    if (lost.includes('demandControl')) {
      this.#memory = { ...this.#memory, control: withoutLimits(this.#memory.control) };
    }
    // Nothing of between is told, neither what was gathered without consent nor what was before it ended.
    this.#reporter.beginAnew(now);
    this.#reporter.wantStatus();
  }

  #followRestrictions(input: DecisionInput, decision: Decision): void {
    const restrictions = this.#restrictions.follow(this.#memory.restrictions, input, decision);
    if (restrictions !== this.#memory.restrictions) this.#memory = { ...this.#memory, restrictions };
    this.#restrictions.signReceipts();
  }

  #adopt(decision: Decision): void {
    this.#decision = decision;
    this.#schemeReset = undefined;
    this.#memory = {
      ...this.#memory,
      core: decision.memory,
      owner: withoutExpired(this.#memory.owner, this.#parts.clock.runningMs()),
    };
  }

  #commit(now: Now, how: { readonly isClosing?: boolean } = {}): boolean {
    const { clock } = this.#parts;
    const startedMs = clock.runningMs();
    const isRecorded = this.#recorder.commit(now, this.#memory, how);
    this.#commitPace.note(startedMs, clock.runningMs());
    if (isRecorded) {
      this.#journal.afterCommit(this.#recorder.recorded());
      this.#consents.settled();
      this.#parts.onRecorded();
    }
    return isRecorded;
  }

  /** @returns whether there was a checkpoint to be written */
  #vouch(checkpoint: Checkpoint | undefined): boolean {
    if (checkpoint === undefined) return false;
    this.#recorder.addNote(checkpoint.note);
    this.#recorder.addDraft(checkpoint.draft);
    return true;
  }

  #trim(nowMs: RunningMs, utcMs: number): void {
    if (nowMs - this.#trimmedAtMs < TRIM_EVERY_MS) return;
    this.#trimmedAtMs = nowMs;
    this.#parts.store.trimJournal(utcMs - this.#parts.keepJournalDays * 86_400_000);
    this.#usage.thin(this.#parts.clock.now());
  }

  /** A closed switch goes on being kept alive while it still reads so; some devices must hear an opening again. */
  #adoptSwitches(): void {
    const { site, devices } = this.#parts;
    for (const command of rememberedSwitches(site, this.#memory.core)) {
      const device = devices.find(({ deviceId }) => deviceId === command.deviceId);
      if (command.position === 'closed') this.#actuator.adopt(command);
      else if (device?.traits.isToldAfterRestart === true) this.#actuator.give([command]);
    }
  }

  #ownFaults(): Fault[] {
    const { clock } = this.#parts;
    const { clockLevel, runningMs } = clock.now();
    const faults: Fault[] = [...(this.#parts.syncStatus().faults ?? [])];
    if (clockLevel === 'none') faults.push({ code: 'clock-unset', subject: 'clock', sinceMs: 0 });
    const network = this.#parts.networkState?.();
    if (network?.broken !== undefined) {
      const { broken: subject, sinceMs } = network;
      faults.push({ code: 'back-office-unreachable', subject, sinceMs });
    }
    const slowSinceMs = this.#commitPace.slowSinceMs();
    if (slowSinceMs !== undefined)
      faults.push({ code: 'store-slow', subject: 'store', sinceMs: slowSinceMs });
    if (this.#lastCycleMs > CYCLE_OVERDUE_MS)
      faults.push({ code: 'cycle-overrun', subject: 'cycle', sinceMs: runningMs });
    return faults;
  }

  #sentence(): string {
    return bindingSentence(this.#decision?.explanation);
  }
}

function isNarrowing({ effect }: Command): boolean {
  return effect !== 'widening';
}

function roomOf(room: ReturnType<StreamKeeper['room']>): Pick<Status['sync'], 'room'> {
  if (room === undefined) return {};
  const { waitingBytes, mostBytes, hoursLeft } = room;
  return { room: { waitingBytes, mostBytes, ...(hoursLeft !== undefined && { hoursLeft }) } };
}

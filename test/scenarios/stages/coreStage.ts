import { join } from 'node:path';
import { buildHome, type Home } from '../../../firmware-sim/home.ts';
import { readHome } from '../../../firmware-sim/homeSpec.ts';
import { tellTruth } from '../../../firmware-sim/truth.ts';
import { createPassingSigner } from '../../../src/adapters/jose/ownSigner.ts';
import { createProfileDevice } from '../../../src/adapters/modbus/profileDevice.ts';
import { restrictionCommandOf } from '../../../src/contract/restriction.ts';
import { decide } from '../../../src/core/decide.ts';
import type { Decision, DecisionInput } from '../../../src/core/decision.ts';
import type { SchemeReset } from '../../../src/core/limitationScheme.ts';
import type { Command, SetSwitch } from '../../../src/domain/command.ts';
import { type ConsentEntry, consentStateOf } from '../../../src/domain/consent.ts';
import { consentTextsOf } from '../../../src/domain/consentTexts.ts';
import type { DomainEvent } from '../../../src/domain/event.ts';
import type { Now } from '../../../src/domain/instant.ts';
import type { SitePlan } from '../../../src/domain/sitePlan.ts';
import { actionOf } from '../../../src/gateway/actuator.ts';
import { withControl, withoutControl } from '../../../src/gateway/controlSlot.ts';
import { fallbackSettingsOf } from '../../../src/gateway/fallbackKeeper.ts';
import { type GatewayMemory, memoryAtStart } from '../../../src/gateway/gatewayMemory.ts';
import { gatherInput } from '../../../src/gateway/gatherInput.ts';
import { LatestReadings } from '../../../src/gateway/latestReadings.ts';
import { type OwnerSettings, withPreference } from '../../../src/gateway/ownerSettings.ts';
import { RestrictionKeeper } from '../../../src/gateway/restrictionKeeper.ts';
import type { Device } from '../../../src/ports/device.ts';
import { loadProfiles } from '../../../src/profiles/loadProfiles.ts';
import { type Control, controlToLimits } from '../../../src/sync/controlToLimits.ts';
import { PROJECT_ROOT } from '../../architecture/ownSources.ts';
import { DirectLine } from '../../support/directLine.ts';
import { RecordingLog } from '../../support/recordingLog.ts';
import { SteppedClock } from '../../support/steppedClock.ts';
import { flowsOf, judgementOfDecision, type Observation } from '../observation.ts';
import type { Scenario } from '../scenarioSchema.ts';
import type { Step } from '../stepSchema.ts';
import { consentOf, DistributorDesk, type RestrictionMessage, STORY_RESTRICTION } from './distributorDesk.ts';
import { houseCommandOf } from './houseCommands.ts';
import type { Stage } from './stage.ts';
import { tellHouse } from './steppedHouse.ts';
import { buildAtMs, noneOf, planOf, requestOf, scheduleOf, type Unsigned } from './story.ts';

const POLL_EVERY_MS = 250;
const DECIDE_EVERY_MS = 1_000;

/** What a load was last told. */
interface Told {
  readonly command: Command;
  readonly isHeard: boolean;
  readonly heardAtMs: number;
}

/**
 * The judgement alone, in the shortest loop that can hold a home: look at the devices, decide once a second, give
 * the commands, repeat what was not heard or would lapse. No gateway, no record, no broker.
 */
export class CoreStage implements Stage {
  readonly #scenario: Scenario;
  readonly #drawS: () => number;
  readonly #home: Home;
  readonly #clock: SteppedClock;
  readonly #site: SitePlan;
  readonly #devices: ReadonlyMap<string, Device>;
  readonly #paces: DecisionInput['paces'];
  readonly #told = new Map<string, Told>();
  readonly #commands: Record<string, number> = {};
  readonly #latest: LatestReadings;
  #memory: GatewayMemory = memoryAtStart({ kind: 'fresh' }, 0);
  #schemeReset: SchemeReset | undefined;
  /** How far the wall clock has been stepped away from the time of the house. */
  #steppedByMs = 0;
  #decision: Decision | undefined;
  #events: DomainEvent[] = [];
  readonly #distributor = new DistributorDesk();
  readonly #keeper: RestrictionKeeper;

  /** @param drawS what the random delay would come to at each decision; always that of the story when absent */
  constructor(scenario: Scenario, drawS = () => scenario.randomOffsetS) {
    this.#scenario = scenario;
    this.#drawS = drawS;
    const startAtMs = buildAtMs(scenario);
    this.#home = buildHome(readHome(scenario.home), { startAtMs });
    this.#clock = new SteppedClock({ utcMs: startAtMs });
    this.#site = planOf(scenario);
    this.#keeper = new RestrictionKeeper({
      gatewayId: 'core',
      site: this.#site,
      signer: createPassingSigner(),
      log: new RecordingLog(),
      onDraft: ({ stream, body }) => {
        if (stream === 'events') this.#events.push(body as DomainEvent);
      },
      onNote: () => undefined,
      isAgreed: () => {
        const { consent } = this.#memory;
        const texts = consentTextsOf(this.#site);
        return consentStateOf(consent, 'dnoRestriction', texts, this.#now().utcMs).kind === 'given';
      },
    });
    this.#latest = new LatestReadings(this.#site, this.#clock.runningMs());
    this.#devices = new Map(this.#createDevices().map((device) => [device.deviceId, device]));
    this.#paces = Object.fromEntries([...this.#devices].map(([deviceId, { traits }]) => [deviceId, traits]));
  }

  async open(): Promise<void> {
    for (const device of this.#devices.values()) void this.#watch(device);
    this.#tick();
    await this.reach(0);
  }

  async reach(atS: number): Promise<void> {
    const untilMs = (this.#scenario.warmUpS + atS) * 1_000;
    await this.#clock.advance(untilMs - this.#clock.runningMs());
    this.#home.advanceTo(this.#clock.now().utcMs);
  }

  async take(step: Step): Promise<void> {
    const command = houseCommandOf(step);
    if (command !== undefined) return tellHouse(this.#home, command, this.#clock.now().utcMs);
    const now = this.#now();
    switch (step.do) {
      case 'curtail':
        return this.#control(requestOf(step));
      case 'schedule':
        return this.#control(scheduleOf(step, now.utcMs));
      case 'noCurtailment':
        return this.#control(noneOf(step.atS));
      case 'cancelCurtailment': {
        const { control } = this.#memory;
        return this.#keepControl(withoutControl(control, control.id ?? ''));
      }
      case 'heartbeat':
        this.#memory = {
          ...this.#memory,
          party: { ...this.#memory.party, heartbeatAtMs: now.runningMs },
        };
        return;
      case 'restrict':
        return this.#restrict(this.#distributor.noticeOf(step, now.utcMs));
      case 'cancelRestriction':
        return this.#restrict(this.#distributor.cancelOf(step.withProof, now.utcMs));
      case 'consent': {
        const { purpose, person, how } = consentOf(step.is);
        const entry = { purpose, person, how, action: step.is, textVersion: STORY_RESTRICTION.consentText };
        this.#memory = {
          ...this.#memory,
          consent: [...this.#memory.consent, { ...entry, atUtcMs: now.utcMs } as ConsentEntry],
        };
        if (step.is !== 'given') this.#endRestrictions();
        return;
      }
      case 'boost': {
        const { load: loadId, minutes } = step;
        const untilMs = now.runningMs + minutes * 60_000;
        const owner = withPreference(this.#memory.owner, { kind: 'boost', loadId, untilMs });
        this.#memory = { ...this.#memory, owner };
        return;
      }
      case 'chooseHours':
        this.#memory = { ...this.#memory, owner: withHours(this.#memory.owner, step.hours) };
        return;
      case 'resetLockOut':
        this.#schemeReset = { by: step.by };
        return;
      case 'clock':
        if (step.level !== undefined) this.#clock.clockLevel = step.level;
        this.#steppedByMs += (step.stepS ?? 0) * 1_000;
        return;
      default:
        throw new Error(`the core has nothing for ${step.do}`);
    }
  }

  async look(): Promise<Observation> {
    const runningMs = this.#clock.runningMs();
    const events = this.#events.splice(0);
    const judgement =
      this.#decision === undefined
        ? {}
        : { judgement: judgementOfDecision(this.#decision, runningMs, { ...this.#commands }) };
    const atS = runningMs / 1_000 - this.#scenario.warmUpS;
    return { atS, ...flowsOf(tellTruth(this.#home)), ...judgement, events };
  }

  async close(): Promise<void> {
    // A stepped clock that is no longer stepped holds nothing.
  }

  #now(): Now {
    const now = this.#clock.now();
    return { ...now, utcMs: now.utcMs + this.#steppedByMs };
  }

  #control(unsigned: Unsigned<Control>): void {
    const now = this.#now();
    const control: Control = { ...unsigned, gatewayId: 'core', issuedAt: new Date(now.utcMs).toISOString() };
    const outcome = controlToLimits(control, now, this.#site.circuits);
    if (!outcome.ok) throw new Error(outcome.cause);
    this.#keepControl(withControl(this.#memory.control, outcome.limits, control.id));
  }

  #keepControl(control: GatewayMemory['control']): void {
    const party = { ...this.#memory.party, controlAtMs: this.#clock.runningMs() };
    this.#memory = { ...this.#memory, control, party };
  }

  #restrict(message: RestrictionMessage): void {
    const jws = JSON.stringify(message);
    const sha256 = this.#distributor.sent(message, jws);
    const signed = { command: restrictionCommandOf(message), sha256, keyId: 'distributor', jws };
    const { restrictions, consent } = this.#memory;
    const agreed = { ledger: consent, texts: consentTextsOf(this.#site) };
    const next = this.#keeper.take(signed, restrictions, agreed, this.#now());
    this.#memory = { ...this.#memory, restrictions: next };
  }

  #endRestrictions(): void {
    const restrictions = this.#keeper.end(this.#memory.restrictions, 'withdrawn', () => true, this.#now());
    this.#memory = { ...this.#memory, restrictions };
  }

  async #watch(device: Device): Promise<void> {
    const startedMs = this.#clock.runningMs();
    const readings = await device.poll();
    this.#latest.set(device.deviceId, readings);
    const tookMs = this.#clock.runningMs() - startedMs;
    this.#clock.after(Math.max(1, POLL_EVERY_MS - tookMs), () => void this.#watch(device));
  }

  #tick(): void {
    const now = this.#now();
    const passed = this.#keeper.passTime(this.#memory.restrictions, now);
    this.#memory = { ...this.#memory, restrictions: passed };
    const input = gatherInput({
      now,
      site: this.#site,
      snapshot: this.#latest.snapshot(),
      memory: this.#memory,
      restrictions: this.#keeper.limits(passed),
      randomOffsetMs: this.#drawS() * 1_000,
      canRecord: true,
      paces: this.#paces,
      schemeReset: this.#schemeReset,
    });
    const decision = decide(input);
    this.#decision = decision;
    this.#schemeReset = undefined;
    const restrictions = this.#keeper.follow(passed, input, decision);
    this.#memory = { ...this.#memory, core: decision.memory, restrictions };
    this.#events.push(...decision.events);
    for (const command of decision.commands) {
      const cause = command.reason.kind === 'limit' ? command.reason.source : command.reason.code;
      const key = `${command.effect}:${cause}`;
      this.#commands[key] = (this.#commands[key] ?? 0) + 1;
      void this.#tell(command);
    }
    this.#repeat();
    this.#clock.after(DECIDE_EVERY_MS, () => this.#tick());
  }

  #repeat(): void {
    for (const { command, isHeard, heardAtMs } of this.#told.values()) {
      const { refreshEveryMs = Number.POSITIVE_INFINITY } = this.#devices.get(command.deviceId)?.traits ?? {};
      const lapses =
        command.kind === 'setSwitch' && command.position === 'closed' && this.#readsClosed(command);
      const isDue = lapses && this.#clock.runningMs() - heardAtMs >= refreshEveryMs;
      if (isHeard ? isDue : command.effect === 'narrowing') void this.#tell(command);
    }
  }

  /** A contact that reads open is not closed by a repetition. */
  #readsClosed({ deviceId, relayChannel }: SetSwitch): boolean {
    const position = this.#latest.snapshot()[deviceId]?.[`relayClosed.${relayChannel}`];
    return position?.state === 'measured' && position.value === true;
  }

  async #tell(command: Command): Promise<void> {
    if (command.kind === 'setPhases') {
      await this.#devices.get(command.deviceId)?.apply(actionOf(command), command.effect);
      return;
    }
    // Taken as heard while it is under way, so that it is not said twice.
    const told = { command, isHeard: true, heardAtMs: this.#clock.runningMs() };
    this.#told.set(command.loadId, told);
    const result = await this.#devices.get(command.deviceId)?.apply(actionOf(command), command.effect);
    if (result?.ok === true || this.#told.get(command.loadId) !== told) return;
    this.#told.set(command.loadId, { ...told, isHeard: false });
  }

  #createDevices(): Device[] {
    const { profiles } = loadProfiles(join(PROJECT_ROOT, 'drivers'));
    return this.#site.devices.map(({ deviceId, unit, profile: name }) => {
      const device = this.#home.devices[deviceId];
      const profile = profiles.get(name);
      if (device === undefined || profile === undefined) throw new Error(`no ${deviceId} with ${name}`);
      const fallback = fallbackSettingsOf(this.#site, deviceId);
      return createProfileDevice({
        deviceId,
        profile,
        unit,
        line: new DirectLine({
          devices: new Map([[unit, device]]),
          clock: this.#clock,
          deviceNowMs: () => this.#clock.now().utcMs,
        }),
        clock: this.#clock,
        log: new RecordingLog(),
        ...(fallback === undefined ? {} : { fallback }),
      });
    });
  }
}

function withHours(
  { chargingHours: _, ...settings }: OwnerSettings,
  hours: 'none' | 'planned',
): OwnerSettings {
  return hours === 'none' ? { ...settings, chargingHours: 'none' } : settings;
}

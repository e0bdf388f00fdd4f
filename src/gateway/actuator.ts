import type { Command, CommandEffect } from '../domain/command.ts';
import type { RunningMs } from '../domain/instant.ts';
import type { Snapshot } from '../domain/point.ts';
import type { SitePlan } from '../domain/sitePlan.ts';
import type { Clock } from '../ports/clock.ts';
import type { ActionResult, Device, DeviceAction } from '../ports/device.ts';
import type { Log } from '../ports/log.ts';

interface ActuatorOptions {
  readonly site: SitePlan;
  readonly devices: readonly Device[];
  readonly clock: Clock;
  readonly log: Log;
}

/** A narrowing that was not heard is said again after this, then after twice as long, up to once a second. */
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 1_000;

/** What a load may be told again. */
type Repeatable = Exclude<Command, { readonly kind: 'setPhases' }>;

/** What a load was last told and whether its device has taken it. */
interface Told {
  readonly command: Repeatable;
  readonly isHeard: boolean;
  readonly heardAtMs: RunningMs;
  readonly isUnderWay: boolean;
  /** How often it was not heard. */
  readonly failures: number;
}

/**
 * Carries commands to the devices. A switching of phases is said once and never again: the judgement looks whether it came.
 * A narrowing that was not heard is tried again, several times a second, until it is or
 * another command takes its place; a widening is tried once, the judgement sees by itself that it did not come.
 * Actions that a device lets lapse are repeated, only from a finished cycle.
 */
export class Actuator {
  readonly #options: ActuatorOptions;
  readonly #devices: ReadonlyMap<string, Device>;
  readonly #told = new Map<string, Told>();
  readonly #causes = new Map<string, number>();

  constructor(options: ActuatorOptions) {
    this.#options = options;
    this.#devices = new Map(options.devices.map((device) => [device.deviceId, device]));
  }

  /** Commands given since the start, by what caused them. */
  countsByCause(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#causes);
  }

  give(commands: readonly Command[]): void {
    for (const command of commands) {
      const cause = command.reason.kind === 'limit' ? command.reason.source : command.reason.code;
      const key = `${command.effect}:${cause}`;
      this.#causes.set(key, (this.#causes.get(key) ?? 0) + 1);
      this.#tell(command, command.effect);
    }
  }

  /** At the end of each finished cycle: what was not heard, and what would lapse. */
  upkeep(snapshot: Snapshot): void {
    const nowMs = this.#options.clock.runningMs();
    for (const device of this.#devices.values()) device.keepAlive();
    for (const load of this.#options.site.loads) {
      const told = this.#told.get(load.loadId);
      const device = this.#devices.get(load.deviceId);
      if (device === undefined || told?.isUnderWay === true) continue;
      if (told !== undefined && !told.isHeard) {
        this.#retry(load.loadId);
        continue;
      }
      const { refreshEveryMs } = device.traits;
      if (refreshEveryMs === undefined || told === undefined) continue;
      if (!lapses(told.command, snapshot)) continue;
      if (nowMs - told.heardAtMs >= refreshEveryMs) this.#tell(told.command, 'refresh');
    }
  }

  /** Nothing more is said after this. */
  stop(): void {
    this.#told.clear();
  }

  /** After a restart: what the memory says a switch was told goes on being kept alive while it still reads so. */
  adopt(command: Repeatable): void {
    this.#told.set(command.loadId, {
      command,
      isHeard: true,
      heardAtMs: -Infinity,
      isUnderWay: false,
      failures: 0,
    });
  }

  #retry(loadId: string): void {
    const told = this.#told.get(loadId);
    if (told === undefined || told.isHeard || told.isUnderWay) return;
    if (told.command.effect === 'narrowing') this.#tell(told.command, 'narrowing');
  }

  #tell(command: Command, effect: CommandEffect): void {
    const device = this.#devices.get(command.deviceId);
    if (device === undefined) return;
    if (command.kind === 'setPhases') {
      void this.#switchPhases(device, command);
      return;
    }
    const before = this.#told.get(command.loadId);
    const told: Told = {
      command,
      isHeard: effect === 'refresh',
      heardAtMs: before?.heardAtMs ?? -Infinity,
      isUnderWay: true,
      failures: before?.command === command ? before.failures : 0,
    };
    this.#told.set(command.loadId, told);
    void this.#apply(device, told, effect);
  }

  /** Beside what the load was last told, which goes on being repeated where it would lapse. */
  async #switchPhases(device: Device, command: Command): Promise<void> {
    const result = await device.apply(actionOf(command), command.effect);
    if (!result.ok) this.#logUnheard(command, result, 'warn');
  }

  #logUnheard(
    { loadId, deviceId }: Command,
    { fault, detail }: Extract<ActionResult, { ok: false }>,
    level: 'warn' | 'debug',
  ): void {
    this.#options.log[level]({ loadId, deviceId, fault, detail }, 'A command was not heard');
  }

  async #apply(device: Device, told: Told, effect: CommandEffect): Promise<void> {
    const { clock } = this.#options;
    const { command } = told;
    const result = await device.apply(actionOf(command), effect);
    // Said once; a device that stays silent is in the status.
    if (!result.ok) this.#logUnheard(command, result, told.failures === 0 ? 'warn' : 'debug');
    if (this.#told.get(command.loadId) !== told) return;
    if (!result.ok && told.command.effect === 'narrowing') {
      clock.after(Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** told.failures), () =>
        this.#retry(command.loadId),
      );
    }
    const heardAtMs = result.ok ? clock.runningMs() : told.heardAtMs;
    this.#told.set(command.loadId, {
      ...told,
      isHeard: result.ok || effect === 'refresh',
      heardAtMs,
      isUnderWay: false,
      failures: result.ok ? 0 : told.failures + 1,
    });
  }
}

/** What would be lost without being repeated. A switch that reads open is not closed by a repetition. */
function lapses(command: Repeatable, snapshot: Snapshot): boolean {
  switch (command.kind) {
    case 'setChargeCurrent':
      return true;
    case 'setPowerLimit':
      return command.powerW !== undefined;
    case 'setSwitch': {
      const position = snapshot[command.deviceId]?.[`relayClosed.${command.relayChannel}`];
      return command.position === 'closed' && position?.state === 'measured' && position.value === true;
    }
  }
}

/** What a command asks of its device. */
export function actionOf(command: Command): DeviceAction {
  switch (command.kind) {
    case 'setChargeCurrent':
      return { kind: command.kind, currentA: command.currentA };
    case 'setSwitch':
      return { kind: command.kind, relayChannel: command.relayChannel, position: command.position };
    case 'setPowerLimit':
      return { kind: command.kind, ...(command.powerW === undefined ? {} : { powerW: command.powerW }) };
    case 'setPhases':
      return { kind: command.kind, phases: command.phases };
  }
}

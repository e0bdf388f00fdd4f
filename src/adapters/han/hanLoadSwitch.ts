import type { CommandEffect } from '../../domain/command.ts';
import type { DeviceReadings } from '../../domain/point.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ActionResult, Device, DeviceAction, DeviceReport, DeviceTraits } from '../../ports/device.ts';
import type { Entropy } from '../../ports/entropy.ts';
import type { Log } from '../../ports/log.ts';
import type { ControllerReport } from './controllerTypes.ts';
import { type DeviceClassName, deviceClassBits } from './deviceClass.ts';
import { DRLC_CLUSTER, LONGEST_EVENT_MINUTES } from './drlcMessages.ts';
import { HanController } from './hanController.ts';
import type { HanRadio } from './hanRadio.ts';
import { readIeeeAddress } from './ieeeAddress.ts';
import { IssuerEventIds } from './issuerEventIds.ts';

/** One of up to five controllers that belong to one meter. */
export interface HanControllerPlan {
  /** 1 to 5. */
  readonly relayChannel: number;
  /** Where it differs from that of the device. No two controllers share address and endpoint. */
  readonly address?: string;
  readonly endpoint?: number;
  readonly deviceClasses: readonly DeviceClassName[];
  /** 1 to 15; 7, an emergency, when absent. */
  readonly criticality?: number;
  /** 1 to 1440; 30 when absent. Renewed in its second half; the longest that a load stays off without a gateway. */
  readonly eventMinutes?: number;
  /** How the event says "off": a duty cycle of 0 % (when absent), or a load 100 % below the average. */
  readonly shedBy?: 'dutyCycle' | 'averageLoad';
  /** The switch may close at a random instant of its own. False when absent: the gateway delays the release already. */
  readonly randomiseRelease?: boolean;
}

export interface HanLoadSwitchOptions {
  readonly deviceId: string;
  /** Shared with other devices; whoever opened it closes it. */
  readonly radio: HanRadio;
  /** 64-bit address, 16 hexadecimal digits. */
  readonly address: string;
  readonly endpoint: number;
  readonly controllers: readonly HanControllerPlan[];
  readonly clock: Clock;
  readonly log: Log;
  readonly entropy: Entropy;
}

/** A device that also tells, per controller, where it was told to be, where it says it is, and why. */
export interface HanLoadSwitch extends Device {
  controllers(): readonly ControllerReport[];
}

const DEFAULTS = {
  criticality: 7,
  eventMinutes: 30,
  shedBy: 'dutyCycle',
  randomiseRelease: false,
} as const;
const MOST_CONTROLLERS = 5;
/** An event table of three entries is emptied within a second. */
const WRITE_SPACING_MS = 2_000;

/**
 * A load control switch on the home area network, commanded by demand response events (Zigbee Smart Energy, cluster 0x0701).
 * open is an event in force, closed is none. relayClosed is what the switch itself has reported; it is as old as its last
 * sign of life. An event is renewed from finished cycles only, so when the gateway dies it runs out and the load comes back
 * after at most eventMinutes: this switch fails on, and must never be the only guard of a limit.
 * @throws RangeError for a plan that no switch can have
 */
export function createHanLoadSwitch(options: HanLoadSwitchOptions): HanLoadSwitch {
  return new DrlcLoadSwitch(options);
}

class DrlcLoadSwitch implements HanLoadSwitch {
  readonly deviceId: string;
  readonly traits: DeviceTraits = {
    writeSpacingMs: WRITE_SPACING_MS,
    setpointStepA: 1,
    isToldAfterRestart: true,
  };
  readonly #controllers: readonly HanController[];
  readonly #stopListening: () => void;

  constructor(options: HanLoadSwitchOptions) {
    const { deviceId, radio, clock, entropy } = options;
    this.deviceId = deviceId;
    const ids = new IssuerEventIds(clock, entropy);
    const log = options.log.child({ deviceId });
    this.#controllers = options.controllers.map(
      (plan) => new HanController({ settings: settle(options, plan), radio, clock, log, ids }),
    );
    findPlanMistake(this.#controllers);
    this.#stopListening = radio.onMessage(({ address, endpoint, cluster, payload }) => {
      if (cluster !== DRLC_CLUSTER) return;
      this.#controllers.some((controller) => controller.take(address, endpoint, payload));
    });
  }

  /** Never waits for the radio: what was asked for is answered by the next polls. */
  poll(): Promise<DeviceReadings> {
    for (const controller of this.#controllers) controller.poll();
    const readings = this.#controllers.map(
      (controller) => [`relayClosed.${controller.settings.relayChannel}`, controller.reading()] as const,
    );
    return Promise.resolve(Object.fromEntries(readings));
  }

  apply(action: DeviceAction, effect: CommandEffect): Promise<ActionResult> {
    if (action.kind !== 'setSwitch') return this.#refuse(`a load switch on the HAN cannot ${action.kind}`);
    const controller = this.#controllers.find(
      ({ settings }) => settings.relayChannel === action.relayChannel,
    );
    if (controller === undefined) return this.#refuse(`there is no controller ${action.relayChannel}`);
    return controller.apply(action.position, effect);
  }

  secureFallback(): Promise<ActionResult> {
    return this.#refuse('a load switch on the HAN has no fall-back current');
  }

  keepAlive(): void {
    for (const controller of this.#controllers) controller.keepAlive();
  }

  report(): DeviceReport {
    const contacts = this.#controllers.map(({ contact }) => contact);
    const worst =
      CONTACT_ORDER.find((state) => contacts.some((contact) => contact.state === state)) ?? 'notYet';
    const silent = contacts.find(({ state }) => state === 'lost' || state === 'glitch');
    const mismatch = this.#controllers.flatMap((controller) => controller.findMismatch() ?? []);
    return {
      deviceId: this.deviceId,
      profile: 'han-drlc',
      contact: worst,
      ...(silent === undefined ? {} : { fault: silent.fault }),
      ...(mismatch[0] === undefined ? {} : { unfit: mismatch[0] }),
      remarks: this.controllers().map(
        ({ relayChannel, commanded, confirmed, because }) =>
          `channel ${relayChannel}: told ${commanded}, confirmed ${confirmed}: ${because}`,
      ),
      contacts: contacts.reduce((sum, { beginnings }) => sum + beginnings, 0),
      fallback: { state: 'none' },
      drifts: 0,
      writes: [],
    };
  }

  controllers(): readonly ControllerReport[] {
    return this.#controllers.map((controller) => controller.report());
  }

  close(): Promise<void> {
    this.#stopListening();
    for (const controller of this.#controllers) controller.close();
    return Promise.resolve();
  }

  #refuse(detail: string): Promise<ActionResult> {
    return Promise.resolve({ ok: false, fault: 'write-refused', detail: `${this.deviceId}: ${detail}` });
  }
}

/** The worst first. */
const CONTACT_ORDER = ['lost', 'notYet', 'glitch', 'answering'] as const;

function settle(options: HanLoadSwitchOptions, plan: HanControllerPlan) {
  const { deviceClasses, relayChannel, ...rest } = plan;
  const address = readIeeeAddress(plan.address ?? options.address);
  if (address === undefined) {
    throw new RangeError(
      `${options.deviceId}: expected 16 hexadecimal digits, found ${plan.address ?? options.address}`,
    );
  }
  const deviceClass = deviceClassBits(deviceClasses);
  return { ...DEFAULTS, endpoint: options.endpoint, ...rest, relayChannel, deviceClass, address };
}

function findPlanMistake(controllers: readonly HanController[]): void {
  const places = new Set<string>();
  const channels = new Set<number>();
  for (const { settings } of controllers) {
    const { relayChannel, address, endpoint, deviceClass, criticality, eventMinutes } = settings;
    const isWithin = (value: number, least: number, most: number) =>
      Number.isInteger(value) && value >= least && value <= most;
    const isFit =
      isWithin(relayChannel, 1, MOST_CONTROLLERS) &&
      isWithin(endpoint, 1, 240) &&
      isWithin(criticality, 1, 15) &&
      isWithin(eventMinutes, 1, LONGEST_EVENT_MINUTES) &&
      deviceClass !== 0;
    if (!isFit) throw new RangeError(`controller ${relayChannel}: a setting is out of its range`);
    channels.add(relayChannel);
    places.add(`${address} ${endpoint}`);
  }
  // On one endpoint any two events overlap, and the later would end the earlier.
  if (places.size !== controllers.length || channels.size !== controllers.length) {
    throw new RangeError('every controller needs a channel, and an address or endpoint, of its own');
  }
}

import type { AirFrame } from '../../../firmware-sim/han/coordinatorStick.ts';
import { type HanDeviceSpec, HanHome, type HanHomeOptions } from '../../../firmware-sim/han/hanHome.ts';
import type { SwitchSpec } from '../../../firmware-sim/han/loadControlSwitch.ts';
import {
  createHanLoadSwitch,
  type HanControllerPlan,
  type HanLoadSwitch,
} from '../../../src/adapters/han/hanLoadSwitch.ts';
import type { HanRadio } from '../../../src/adapters/han/hanRadio.ts';
import type { SerialWireEvents } from '../../../src/adapters/han/serialWire.ts';
import { openZStackRadio } from '../../../src/adapters/han/zStackRadio.ts';
import type { Entropy } from '../../../src/ports/entropy.ts';
import { RecordingLog } from '../../support/recordingLog.ts';
import { SteppedClock } from '../../support/steppedClock.ts';

export const ADDRESS = '00124b0001abcdef';
export const WATER_HEATER = 0x0004;

/** Draws that a test can foresee. */
export const fixedEntropy: Entropy = { wholeUpTo: (most) => Math.min(most, 7), identifier: () => 'fixed' };

export function switchDevice(spec: Partial<SwitchSpec> = {}): HanDeviceSpec {
  return {
    address: ADDRESS,
    shortAddress: 0x4d2a,
    controllers: [{ endpoint: 9, deviceClass: WATER_HEATER, random: () => 0.5, ...spec }],
  };
}

interface SteppedHanOptions {
  readonly devices?: readonly HanDeviceSpec[];
  readonly controllers?: readonly HanControllerPlan[];
  readonly stick?: Partial<HanHomeOptions>;
  readonly clock?: SteppedClock;
}

const STEP_MS = 20;

/** The real adapter and the simulated home, joined by a wire without a terminal; all of it on one stepped clock. */
export class SteppedHan {
  readonly clock: SteppedClock;
  readonly log = new RecordingLog();
  readonly home: HanHome;
  readonly air: AirFrame[] = [];
  radio: HanRadio;
  loadSwitch: HanLoadSwitch;
  /** The wire is pulled: no port opens. */
  isUnplugged = false;
  /** Every poll and every cycle of a gateway, or none once it has died. */
  isGatewayAlive = true;
  readonly #controllers: readonly HanControllerPlan[];
  #events: SerialWireEvents | undefined;
  #nextCycleMs = 0;

  constructor(options: SteppedHanOptions = {}) {
    const { devices = [switchDevice()], stick = {} } = options;
    this.clock = options.clock ?? new SteppedClock({ utcMs: Date.UTC(2026, 0, 5, 12) });
    this.#controllers = options.controllers ?? [{ relayChannel: 1, deviceClasses: ['waterHeater'] }];
    this.home = new HanHome({
      devices,
      startMs: this.clock.now().utcMs,
      write: (bytes) => this.#events?.received(bytes),
      onAir: (frame) => this.air.push(frame),
      ...stick,
    });
    this.radio = this.#openRadio();
    this.loadSwitch = this.#createSwitch();
  }

  /** Time passes for everybody: the home, the radio's timers, polls four times a second and a cycle every second. */
  async run(delayMs: number): Promise<void> {
    const untilMs = this.clock.runningMs() + delayMs;
    while (this.clock.runningMs() < untilMs) {
      await this.clock.advance(STEP_MS);
      this.home.advanceTo(this.clock.now().utcMs);
      if (this.clock.runningMs() < this.#nextCycleMs || !this.isGatewayAlive) continue;
      this.#nextCycleMs = this.clock.runningMs() + 250;
      await this.loadSwitch.poll();
      if (this.clock.runningMs() % 1000 < 250) this.loadSwitch.keepAlive();
    }
    await this.clock.advance(0);
  }

  /** Lets time pass until the promise has come to something. */
  async outcome<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settled = promise.finally(() => {
      isSettled = true;
    });
    for (let steps = 0; steps < 1000 && !isSettled; steps++) await this.run(STEP_MS);
    return settled;
  }

  async untilReady(): Promise<void> {
    for (let steps = 0; steps < 200 && this.radio.state() !== 'ready'; steps++) await this.run(100);
    await this.run(3_000);
  }

  /** The gateway dies without a word and another is started. */
  async restartGateway(): Promise<void> {
    await this.loadSwitch.close();
    await this.radio.close();
    this.radio = this.#openRadio();
    this.loadSwitch = this.#createSwitch();
  }

  async position(relayChannel = 1): Promise<'open' | 'closed' | string> {
    const readings = await this.loadSwitch.poll();
    const reading = readings[`relayClosed.${relayChannel}`];
    if (reading?.state === 'unknown') return reading.fault;
    return reading?.state === 'measured' ? (reading.value ? 'closed' : 'open') : 'absent';
  }

  unplug(): void {
    this.isUnplugged = true;
    this.#events?.lost('the port went away');
  }

  #openRadio(): HanRadio {
    const { clock, log } = this;
    return openZStackRadio({
      path: 'stepped',
      clock,
      log,
      entropy: fixedEntropy,
      wire: (events) => {
        this.#events = events;
        const cancel = clock.after(1, () => {
          if (this.isUnplugged) events.lost('there is no such port');
          else events.opened();
        });
        return {
          send: (bytes) => this.home.stick.receive(Buffer.from(bytes)),
          close: async () => cancel(),
        };
      },
    });
  }

  #createSwitch(): HanLoadSwitch {
    const { clock, log, radio } = this;
    return createHanLoadSwitch({
      deviceId: 'han-switch',
      radio,
      address: ADDRESS,
      endpoint: 9,
      controllers: this.#controllers,
      clock,
      log,
      entropy: fixedEntropy,
    });
  }
}

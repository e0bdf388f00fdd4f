import { Agenda } from './agenda.ts';
import { type AirDevice, type AirFrame, CoordinatorStick } from './coordinatorStick.ts';
import { LoadControlSwitch, type SwitchSpec } from './loadControlSwitch.ts';

export interface HanDeviceSpec {
  /** 16 hexadecimal digits. */
  readonly address: string;
  readonly shortAddress: number;
  readonly controllers: readonly SwitchSpec[];
}

export interface HanHomeOptions {
  readonly devices: readonly HanDeviceSpec[];
  readonly startMs: number;
  readonly write: (bytes: Buffer) => void;
  readonly onAir?: (frame: AirFrame) => void;
  /** Of the stick: what its memory holds. */
  readonly memory?: readonly (readonly [number, Buffer])[];
  readonly product?: number;
}

const CLUSTER = 0x0701;
const STEP_MS = 20;

/** A stick and behind it the load control switches of a home; stepped from outside. */
export class HanHome {
  readonly stick: CoordinatorStick;
  readonly air: readonly AirDevice[];
  readonly #agenda: Agenda;
  readonly #switches = new Map<string, LoadControlSwitch>();

  constructor({ devices, startMs, ...stick }: HanHomeOptions) {
    this.#agenda = new Agenda(startMs);
    this.stick = new CoordinatorStick({ agenda: this.#agenda, ...stick });
    this.air = devices.map((spec) => this.#place(spec));
    this.stick.devices.push(...this.air);
  }

  /** The controller on an endpoint of a device. */
  switchAt(address: string, endpoint: number): LoadControlSwitch {
    const found = this.#switches.get(`${address} ${endpoint}`);
    if (found === undefined) throw new Error(`no load control switch at ${address} endpoint ${endpoint}`);
    return found;
  }

  advanceTo(nowMs: number): void {
    while (this.#agenda.nowMs < nowMs) {
      const nextMs = Math.min(nowMs, this.#agenda.nowMs + STEP_MS);
      this.#agenda.advanceTo(nextMs);
      for (const one of this.#switches.values()) one.advanceTo(nextMs);
    }
  }

  #place({ address, shortAddress, controllers }: HanDeviceSpec): AirDevice {
    const device: AirDevice = {
      ieee: Buffer.from(address, 'hex'),
      shortAddress,
      isInReach: true,
      hear: (endpoint, cluster, payload) => {
        if (cluster === CLUSTER) this.#switches.get(`${address} ${endpoint}`)?.receive(payload);
      },
    };
    for (const spec of controllers) {
      const one = new LoadControlSwitch(spec, this.#agenda.nowMs);
      one.connect((payload) => this.stick.hearFromAir(device, spec.endpoint, CLUSTER, payload));
      this.#switches.set(`${address} ${spec.endpoint}`, one);
    }
    return device;
  }
}

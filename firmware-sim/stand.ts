import type { ChargeSocket } from './chargeSocket.ts';
import { Contact } from './contact.ts';
import { DeviceInPlace } from './deviceInPlace.ts';
import type { Firmware } from './devices/firmware.ts';
import type { SignalInput } from './devices/relays/relayPlace.ts';
import { Noise } from './random.ts';
import { buildParts, type StandKind } from './standParts.ts';
import type { StandTruth } from './standTruth.ts';
import { type OnWire, putDeviceOnWire, type WireChoice } from './standWire.ts';

export { STAND_MODELS } from './standParts.ts';

const LONGEST_STEP_MS = 250;
const CONTACTS = 8;
const INPUTS = 8;

class Stillness extends Noise {
  override next(): number {
    return 0;
  }
}

export interface StandOptions {
  /** The maker's own unless said. */
  readonly unit?: number;
  readonly startAtMs: number;
  /** False unless said: then every reading is what flows. */
  readonly isNoisy?: boolean;
  /** How many phases it is wired to; as many as it has terminals for unless said. */
  readonly phases?: 1 | 3;
  /** Of a charge point; the most that it can be set to unless said. */
  readonly hardwareMaximumA?: number;
}

/** What one phase carries. Import is positive. The energies of meters and inverters stand still until they are set. */
export interface PhaseSetting {
  readonly voltageV?: number;
  readonly powerW?: number;
  readonly reactiveVar?: number;
  readonly importWh?: number;
  readonly exportWh?: number;
}

/** One device alone on a bench, with physics that a hand sets. */
export interface Stand {
  readonly model: string;
  readonly kind: StandKind;
  readonly firmware: Firmware;
  readonly nowMs: number;
  /** Phases that it is wired to, index 0 to 2. */
  readonly phases: readonly number[];
  /** The contacts behind the channels of a relay, from channel 1 on. */
  readonly contacts: readonly Contact[];
  /** The wires on the inputs of a relay, from input 1 on. */
  readonly inputs: readonly SignalInput[];
  /** Of a charge point only: its pilot, and the car to be plugged in. */
  readonly socket: ChargeSocket | undefined;
  /** Sets voltage and energies; what flows only at a meter, as other devices decide on that themselves. */
  setPhase(phase: number, setting: PhaseSetting): void;
  /** What the sun offers to an inverter, W over all phases. */
  setSun(offeredW: number): void;
  /** Moves the bench on; it never goes back. @returns where it stands */
  advanceTo(nowMs: number): number;
  /** Asks without a wire, now: protocol data units. */
  respond(pdu: Buffer): Buffer | undefined;
  /** What it should report, written from the physics. */
  truth(): StandTruth;
  putOnWire(choice: WireChoice): Promise<OnWire>;
}

/**
 * Puts one device of any catalogue on a bench. Nothing runs by itself: advanceTo and each request on a wire move it.
 * A device looks at what flows every 0.5 to 1 s, so give it that time after a setting.
 */
export function standDevice(model: string, options: StandOptions): Stand {
  const { startAtMs } = options;
  const voltageV = [230, 230, 230];
  const contacts = Array.from({ length: CONTACTS }, () => new Contact());
  const inputs = Array.from({ length: INPUTS }, () => ({ isActive: false }));
  let sunW = 0;
  let nowMs = startAtMs;
  const parts = buildParts(model, {
    unit: options.unit,
    phases: options.phases,
    hardwareMaximumA: options.hardwareMaximumA,
    voltageV,
    contacts,
    inputs,
    noise: options.isNoisy === true ? new Noise(1) : new Stillness(1),
    startAtMs,
    sunW: () => sunW,
  });
  const { firmware, flow, socket } = parts;
  const device = new DeviceInPlace({ deviceId: model, wire: 'tcp', firmware, advanceTo, contacts });

  return {
    model,
    kind: parts.kind,
    firmware,
    get nowMs() {
      return nowMs;
    },
    phases: parts.phases,
    contacts,
    inputs,
    socket,
    setPhase,
    setSun: (offeredW) => {
      sunW = offeredW;
    },
    advanceTo,
    respond: (pdu) => device.respond(pdu, nowMs),
    truth: () => parts.truth(nowMs),
    putOnWire: (choice) => putDeviceOnWire({ model, firmware, contacts, advanceTo, nowMs }, choice),
  };

  function setPhase(phase: number, setting: PhaseSetting): void {
    if (setting.voltageV !== undefined) voltageV[phase] = setting.voltageV;
    if (setting.powerW !== undefined) flow.powerW[phase] = setting.powerW;
    if (setting.reactiveVar !== undefined) flow.reactiveVar[phase] = setting.reactiveVar;
    if (setting.importWh !== undefined) flow.importWh[phase] = setting.importWh;
    if (setting.exportWh !== undefined) flow.exportWh[phase] = setting.exportWh;
    flow.settle(voltageV);
  }

  function advanceTo(untilMs: number): number {
    while (nowMs < untilMs) {
      const stepMs = Math.min(untilMs - nowMs, LONGEST_STEP_MS);
      socket?.accrue(stepMs);
      nowMs += stepMs;
      for (const contact of contacts) contact.advanceTo(nowMs);
      parts.change(nowMs, stepMs);
      flow.settle(voltageV);
      firmware.advanceTo(nowMs, stepMs);
    }
    return nowMs;
  }
}

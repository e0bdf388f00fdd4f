import type { Contact } from './contact.ts';
import { DeviceInPlace } from './deviceInPlace.ts';
import type { Firmware } from './devices/firmware.ts';
import type { LineSpec } from './homeSpec.ts';
import { ScaledTime } from './scaledTime.ts';
import type { Endpoint } from './wires/houseOnWires.ts';
import { ModbusRtuLine } from './wires/modbusRtu.ts';
import { ModbusTcpServer } from './wires/modbusTcp.ts';

const USUAL_LINE = { baudRate: 9_600, parity: 'none', stopBits: 1 } as const;

export interface WireChoice {
  readonly wire: 'tcp' | 'pty';
  /** How many simulated seconds pass in one; line time and device timers scale alike. 1 unless said. */
  readonly speed?: number;
  /** Of a serial line; 9600 8N1 unless said. */
  readonly line?: Partial<Omit<LineSpec, 'lineId'>>;
}

/** A device that a master can reach, until it is closed. */
export interface OnWire {
  readonly endpoint: Endpoint;
  readonly device: DeviceInPlace;
  close(): Promise<void>;
}

interface WiredDevice {
  readonly model: string;
  readonly firmware: Firmware;
  readonly contacts: readonly Contact[];
  readonly advanceTo: (nowMs: number) => number;
  readonly nowMs: number;
}

/** From now on the bench follows the scaled clock, moved on by each request. */
export async function putDeviceOnWire(wired: WiredDevice, choice: WireChoice): Promise<OnWire> {
  const { model, firmware, contacts, advanceTo } = wired;
  const time = new ScaledTime(wired.nowMs, choice.speed ?? 1);
  const device = new DeviceInPlace({
    deviceId: model,
    wire: choice.wire === 'tcp' ? 'tcp' : 'serial',
    firmware,
    contacts,
    advanceTo,
  });
  if (choice.wire === 'tcp') {
    const server = new ModbusTcpServer(device, time);
    const port = await server.listen(0);
    return {
      endpoint: { kind: 'tcp', host: server.host, port, unit: firmware.unit },
      device,
      close: async () => {
        await server.close();
        time.stop();
      },
    };
  }
  const spec: LineSpec = { lineId: 'stand', ...USUAL_LINE, ...choice.line };
  const line = new ModbusRtuLine(spec, [device], time);
  const { baudRate, parity, stopBits } = spec;
  return {
    endpoint: { kind: 'serial', path: line.path, baudRate, parity, stopBits, unit: firmware.unit },
    device,
    close: async () => {
      line.close();
      time.stop();
    },
  };
}

/** For firmware in which nothing moves, such as a recorded image: it needs no bench. */
export function putStillDeviceOnWire(firmware: Firmware, choice: WireChoice): Promise<OnWire> {
  return putDeviceOnWire(
    { model: 'still', firmware, contacts: [], advanceTo: (nowMs) => nowMs, nowMs: 0 },
    choice,
  );
}

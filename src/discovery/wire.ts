import type { ModbusLine } from '../ports/modbusLine.ts';

/** How the units of a serial line speak; eight data bits always. */
export interface SerialSetting {
  readonly baudRate: number;
  readonly parity: 'none' | 'even' | 'odd';
  readonly stopBits: 1 | 2;
}

export interface SerialWire extends SerialSetting {
  readonly kind: 'serial';
  readonly path: string;
}

export interface TcpWire {
  readonly kind: 'tcp';
  readonly host: string;
  readonly port: number;
}

export type Wire = SerialWire | TcpWire;

/** Opens a wire on which every write is refused before it reaches it. */
export type OpenForReading = (wire: Wire) => ModbusLine;

/** 9600 8N1, as installers write it. */
export function describeSetting({ baudRate, parity, stopBits }: SerialSetting): string {
  return `${baudRate} 8${parity.charAt(0).toUpperCase()}${stopBits}`;
}

export function describeWire(wire: Wire): string {
  return wire.kind === 'tcp' ? `${wire.host}:${wire.port}` : `${wire.path} ${describeSetting(wire)}`;
}

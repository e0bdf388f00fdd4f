import type { Companion } from '../plant.ts';

/** Wire that a model is made for. */
export type Transport = 'tcp' | 'rtu' | 'either';

export interface TcpManners {
  /** A client beyond these is turned away. */
  readonly mostClients: number;
  /** A connection without traffic for so long is closed. */
  readonly idleMs?: number;
  /** After a connection has ended, new ones are turned away for so long. */
  refusesAfterEndMs?(): number;
}

/**
 * The firmware of one simulated device. It sees protocol data units only; addressing, checksums and
 * line time belong to the wires.
 */
export interface Firmware extends Companion {
  /** Unit it answers to; some devices let it be written. */
  readonly unit: number;
  /** Units that it answers to besides, such as the station behind a socket. */
  readonly furtherUnits?: readonly number[];
  /** How it treats its clients on TCP; any number of them, for as long as they like, when absent. */
  readonly tcpManners?: TcpManners;
  /** From the end of a request to the first byte of the answer. */
  readonly turnaroundMs: number;
  /** From power-on until it answers again. */
  readonly bootMs: number;
  /** True when a request to unit 0 reaches it. */
  readonly hearsBroadcast: boolean;
  /**
   * The answer to one request, or nothing when the device keeps silent.
   * @param unit the one that was asked, where it answers to several
   */
  respond(pdu: Buffer, nowMs: number, unit?: number): Buffer | undefined;
  /** Power off and on: everything that is not kept returns to its default. */
  powerCycle(nowMs: number): void;
}

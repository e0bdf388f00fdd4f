import type { Companion } from '../plant.ts';

/**
 * The firmware of one simulated device. It sees protocol data units only; addressing, checksums and
 * line time belong to the wires.
 */
export interface Firmware extends Companion {
  /** Unit it answers to; some devices let it be written. */
  readonly unit: number;
  /** From the end of a request to the first byte of the answer. */
  readonly turnaroundMs: number;
  /** From power-on until it answers again. */
  readonly bootMs: number;
  /** True when a request to unit 0 reaches it. */
  readonly hearsBroadcast: boolean;
  /** The answer to one request, or nothing when the device keeps silent. */
  respond(pdu: Buffer, nowMs: number): Buffer | undefined;
  /** Power off and on: everything that is not kept returns to its default. */
  powerCycle(nowMs: number): void;
}

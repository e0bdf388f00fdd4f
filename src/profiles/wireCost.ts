import type { ProfileData } from './profileSchema.ts';

/** What reading costs on the wire of a device, to weigh registers that nobody wants against one more request. */
export interface WireCost {
  /** All of a request but the registers in its answer. */
  readonly requestMs: number;
  readonly registerMs: number;
}

/** MODBUS over Serial Line V1.02: request of 8 characters, answer of 5 beside the registers, 3.5 of silence after each. */
const CHARACTERS_OF_REQUEST = 8 + 5 + 2 * 3.5;
/** Start, 8 data bits, parity and stop bits. */
const BITS_BESIDE_STOP = { none: 9, even: 10, odd: 10 } as const;
/** A device that takes its time: the least that is seen between a question and its answer. */
const TURNAROUND_MS = 5;
/** A round trip in a house network with the device's own work; a register costs next to nothing there. */
const TCP_COST: WireCost = { requestMs: 10, registerMs: 0.02 };

/** By the link that the profile names first. */
export function wireCost({ link, timing }: Pick<ProfileData, 'link' | 'timing'>): WireCost {
  if (link.transport === 'tcp') return { ...TCP_COST, requestMs: TCP_COST.requestMs + timing.silenceMs };
  const characterMs = ((BITS_BESIDE_STOP[link.parity] + link.stopBits) * 1000) / link.baudRate;
  return {
    requestMs: CHARACTERS_OF_REQUEST * characterMs + TURNAROUND_MS + timing.silenceMs,
    registerMs: 2 * characterMs,
  };
}

/** Most registers between two blocks that are cheaper to read and throw away than a request of their own. */
export function worthwhileGap({ requestMs, registerMs }: WireCost): number {
  return Math.floor(requestMs / registerMs);
}

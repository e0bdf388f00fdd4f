/** Start, eight data, parity or second stop, stop. Source: MODBUS over Serial Line V1.02, 2.5.1. */
const BITS_PER_CHARACTER = 11;
/** Devices need a while to think, and the slower the line the longer their own timers: both are allowed for. */
const THINKING_MS = 150;
const THINKING_CHARACTERS = 40;
/** A read of one register and its answer, and the silences around them. */
const EXCHANGE_CHARACTERS = 8 + 7 + 7;
/** After a try without an answer the line is left alone for this long. */
export const LATE_WINDOW_MS = 40;

/** How long a scan waits for the first byte of an answer. */
export function turnaroundAllowanceMs(baudRate: number): number {
  return Math.ceil(THINKING_MS + charactersMs(THINKING_CHARACTERS, baudRate));
}

/** What a try costs at an address where nobody is: known beforehand, so that the rest of a scan can be told. */
export function silentTryMs(baudRate: number): number {
  return turnaroundAllowanceMs(baudRate) + charactersMs(EXCHANGE_CHARACTERS, baudRate) + LATE_WINDOW_MS;
}

function charactersMs(characters: number, baudRate: number): number {
  return (characters * BITS_PER_CHARACTER * 1000) / baudRate;
}

/** Times of a scan over TCP: a home's network answers in far less, a device on a weak radio hardly ever in more. */
export const TCP_TIMES = {
  connectMs: 1_500,
  answerMs: 1_000,
  /** After a time-out the connection is made anew; by then it stands again or never will. */
  reopenMs: 2_500,
  firstRetryMs: 200,
  lastRetryMs: 800,
} as const;

export function sleep(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, delayMs)));
}

/** What the promise brings, or nothing when it takes longer than this. */
export async function patience<T>(promise: Promise<T>, withinMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), withinMs);
  });
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Asks again and again until the answer is there.
 * @returns the answer, and how long it took to come, in real time
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  { withinMs = 20_000, everyMs = 50 }: { withinMs?: number; everyMs?: number } = {},
): Promise<{ readonly answer: T; readonly tookMs: number }> {
  const startedAtMs = performance.now();
  for (;;) {
    const answer = await ask();
    const tookMs = performance.now() - startedAtMs;
    if (answer !== undefined && answer !== false) return { answer, tookMs };
    if (tookMs > withinMs) throw new Error(`did not happen within ${withinMs} ms: ${what}`);
    await sleep(everyMs);
  }
}

/** The same numbers for the same seed, from 0 to below 1. mulberry32. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

import type { Clock } from '../../ports/clock.ts';

/** Nothing when the work takes longer; what it then brings comes to nobody. */
export function atMost<T>(clock: Clock, limitMs: number, work: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(limitMs, () => resolve(undefined));
    work.then((value) => {
      cancel();
      resolve(value);
    }, reject);
  });
}

import type { Now } from '../../src/domain/instant.ts';
import type { Cancel, Clock } from '../../src/ports/clock.ts';

/** The machine's own time, for tests of real wires. */
export class WallClock implements Clock {
  now(): Now {
    return { runningMs: this.runningMs(), utcMs: Date.now(), clockLevel: 'synced' };
  }

  runningMs(): number {
    return performance.now();
  }

  after(delayMs: number, run: () => void): Cancel {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  }
}

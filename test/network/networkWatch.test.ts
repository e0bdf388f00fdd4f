import { describe, expect, it } from 'vitest';
import type { Ladder, NetworkChange, Rung } from '../../src/domain/network.ts';
import { NetworkWatch, type RungChange } from '../../src/network/networkWatch.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { SteppedClock } from '../support/steppedClock.ts';
import { judge, names, tried } from './healthyHome.ts';

const MINUTE_MS = 60_000;

/** A connection that is lost and comes back by hand, and a ladder that finds what it is told. */
class WatchBench {
  readonly clock = new SteppedClock();
  readonly log = new RecordingLog();
  readonly kept: NetworkChange[] = [];
  readonly changes: RungChange[] = [];
  readonly climbedAtMin: number[] = [];
  remembered = 0;
  broken: Rung | 'none' | 'unsure' = 'none';
  isConnected = false;
  /** How long a climb takes. */
  climbMs = 0;
  canKeep = true;
  #underWay: Promise<Ladder> | undefined;
  #listener: (isConnected: boolean) => void = () => {};

  open(): NetworkWatch {
    const watch = new NetworkWatch({
      climber: {
        climb: () => {
          this.#underWay ??= this.#climb().finally(() => {
            this.#underWay = undefined;
          });
          return this.#underWay;
        },
        rememberAddresses: async () => {
          this.remembered += 1;
        },
      },
      bus: {
        isConnected: () => this.isConnected,
        onConnection: (listener) => {
          this.#listener = listener;
          listener(this.isConnected);
          return () => {
            this.#listener = () => {};
          };
        },
      },
      clock: this.clock,
      log: this.log,
      history: {
        addNetworkChange: (change) => {
          if (this.canKeep) this.kept.push(change);
          return this.canKeep;
        },
        networkChanges: () => this.kept,
      },
      onChange: (change) => this.changes.push(change),
    });
    watch.start();
    return watch;
  }

  /** What is found is as it was at the beginning. */
  async #climb(): Promise<Ladder> {
    this.climbedAtMin.push(this.clock.runningMs() / MINUTE_MS);
    const found = this.broken;
    if (this.climbMs > 0) await new Promise<void>((resolve) => this.clock.after(this.climbMs, resolve));
    return ladderOf(found);
  }

  async connect(isConnected: boolean): Promise<void> {
    this.isConnected = isConnected;
    this.#listener(isConnected);
    await this.clock.advance(0);
  }
}

function ladderOf(found: Rung | 'none' | 'unsure'): Ladder {
  const dead = { tls: undefined, session: undefined } as const;
  const silent = { kind: 'silent' } as const;
  switch (found) {
    case 'dns':
      return judge({ ...dead, tried: [], names: names(silent, { '192.168.1.1': silent }) });
    case 'link':
      return judge({ ...dead, tried: [], links: [] });
    case 'brokerTcp':
      return judge({ ...dead, tried: [tried('refused')] });
    case 'unsure':
      return judge({ ...dead });
    default:
      return judge({});
  }
}

describe('by itself', () => {
  it('looks when the connection has been gone for a minute, not at a short loss', async () => {
    const bench = new WatchBench();
    bench.isConnected = true;
    bench.open();
    await bench.connect(false);
    await bench.clock.advance(59_000);
    await bench.connect(true);
    await bench.clock.advance(10 * MINUTE_MS);
    expect(bench.climbedAtMin).toEqual([]);
    await bench.connect(false);
    await bench.clock.advance(MINUTE_MS);
    expect(bench.climbedAtMin).toHaveLength(1);
  });

  it('looks again with growing pauses of at least ten minutes', async () => {
    const bench = new WatchBench();
    bench.broken = 'dns';
    bench.open();
    await bench.clock.advance(240 * MINUTE_MS);
    expect(bench.climbedAtMin).toEqual([1, 11, 31, 71, 131, 191]);
  });

  it('looks at most every ten minutes while the connection comes and goes', async () => {
    const bench = new WatchBench();
    bench.broken = 'none';
    bench.open();
    for (let minute = 0; minute < 30; minute += 1) {
      await bench.connect(false);
      await bench.clock.advance(2 * MINUTE_MS - 1_000);
      await bench.connect(true);
      await bench.clock.advance(1_000);
    }
    const pauses = bench.climbedAtMin.slice(1).map((at, index) => at - (bench.climbedAtMin[index] ?? 0));
    expect(bench.climbedAtMin.length).toBeGreaterThan(3);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(10);
  });

  it('looks once when the connection is back, and says so', async () => {
    const bench = new WatchBench();
    bench.broken = 'dns';
    const watch = bench.open();
    await bench.clock.advance(2 * MINUTE_MS);
    expect(watch.state()).toMatchObject({ broken: 'dns', sinceMs: expect.any(Number) });
    bench.broken = 'none';
    await bench.connect(true);
    expect(bench.climbedAtMin).toEqual([1, 2]);
    expect(watch.state()?.broken).toBeUndefined();
    await bench.clock.advance(100 * MINUTE_MS);
    expect(bench.climbedAtMin).toHaveLength(2);
    expect(bench.remembered).toBe(1);
  });

  it('looks again when the connection came back during a look that began before', async () => {
    const bench = new WatchBench();
    bench.broken = 'dns';
    const watch = bench.open();
    await bench.clock.advance(2 * MINUTE_MS);
    bench.climbMs = 5_000;
    await bench.clock.advance(9 * MINUTE_MS + 1_000);
    bench.broken = 'none';
    await bench.connect(true);
    await bench.clock.advance(MINUTE_MS);
    expect(watch.state()?.broken).toBeUndefined();
    expect(bench.climbedAtMin).toHaveLength(3);
  });

  it('does nothing more after its end', async () => {
    const bench = new WatchBench();
    bench.broken = 'dns';
    const watch = bench.open();
    watch.stop();
    await bench.connect(true);
    await bench.clock.advance(100 * MINUTE_MS);
    expect(bench.climbedAtMin).toEqual([]);
    await watch.climb();
    expect(bench.kept).toEqual([]);
  });
});

describe('what is kept and told', () => {
  it('is each change of the lowest broken rung, once', async () => {
    const bench = new WatchBench();
    bench.broken = 'link';
    const watch = bench.open();
    for (const broken of ['link', 'link', 'dns', 'unsure', 'dns', 'none', 'none', 'brokerTcp'] as const) {
      bench.broken = broken;
      await watch.climb();
    }
    expect(bench.changes).toEqual([
      { to: 'link', cause: 'link-no-interface' },
      { from: 'link', to: 'dns', cause: 'dns-silent' },
      { from: 'dns', cause: 'whole' },
      { to: 'brokerTcp', cause: 'tcp-refused' },
    ]);
    expect(bench.kept.map(({ broken }) => broken)).toEqual(['link', 'dns', undefined, 'brokerTcp']);
  });

  it('is nothing while the way was never broken', async () => {
    const bench = new WatchBench();
    const watch = bench.open();
    await watch.climb();
    expect([bench.kept, bench.changes, watch.state()]).toEqual([[], [], undefined]);
  });

  it('goes on over a restart: what was broken is known, and its end is told', async () => {
    const bench = new WatchBench();
    bench.kept.push({ atUtcMs: 5, runningMs: 7, broken: 'dns', cause: 'dns-silent', sentence: 'Names' });
    const watch = bench.open();
    expect(watch.state()).toEqual({ broken: 'dns', sinceUtcMs: 5, sinceMs: 7, sentence: 'Names' });
    bench.broken = 'none';
    await bench.connect(true);
    expect(bench.changes).toEqual([{ from: 'dns', cause: 'whole' }]);
  });

  it('is told also when the history cannot be kept', async () => {
    const bench = new WatchBench();
    bench.canKeep = false;
    bench.broken = 'dns';
    const watch = bench.open();
    await watch.climb();
    await watch.climb();
    expect(bench.changes).toHaveLength(1);
    expect(watch.state()?.broken).toBe('dns');
  });
});

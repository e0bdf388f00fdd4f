import { describe, expect, it } from 'vitest';
import type { ChargeReading } from '../../src/usage/sample.ts';
import { at, LedgerBench } from './support.ts';

/** A home with one car; looks at it each second. */
class Drive {
  readonly bench = new LedgerBench(at('2026-01-05T18:00:00Z'));
  registerWh: number | undefined = 5_000;

  look(reading: ChargeReading, seconds = 1): void {
    for (let second = 0; second < seconds; second += 1) {
      const powerW = (reading.currentA ?? 0) * 230;
      if (this.registerWh !== undefined) this.registerWh += powerW / 3600;
      this.bench.look({
        channels: {
          connection: { powerW },
          'load.car': {
            powerW,
            ...(this.registerWh === undefined ? {} : { importRegisterWh: this.registerWh }),
          },
        },
        chargePoints: { car: reading },
      });
      this.bench.pass(1_000);
    }
  }

  ended() {
    this.bench.write();
    return this.bench.sessions();
  }
}

const iso = (stamp: { readonly utcMs: number } | undefined): string | undefined =>
  stamp === undefined ? undefined : new Date(stamp.utcMs).toISOString().slice(11, 19);

describe('a charging session', () => {
  it('has its start, increase, decrease and stop with their times, and when the car came and went', () => {
    const drive = new Drive();
    drive.look({ isPlugged: false, currentA: 0 }, 60);
    drive.look({ isPlugged: true, currentA: 0 }, 60);
    drive.look({ isPlugged: true, currentA: 10 }, 600);
    drive.look({ isPlugged: true, currentA: 16 }, 600);
    drive.look({ isPlugged: true, currentA: 6 }, 600);
    drive.look({ isPlugged: true, currentA: 0 }, 60);
    drive.look({ isPlugged: false, currentA: 0 }, 180);
    const [session, ...others] = drive.ended();
    expect(others).toEqual([]);
    expect(session).toMatchObject({
      number: 1,
      loadId: 'car',
      chargingMs: 1_799_000,
      maximumA: 16,
      moreChanges: 0,
    });
    expect(iso(session?.pluggedInAt)).toBe('18:01:00');
    expect(iso(session?.beganAt)).toBe('18:02:00');
    expect(iso(session?.endedAt)).toBe('18:33:00');
    expect(session?.events.map(({ kind, at, currentA }) => [kind, iso(at), currentA])).toEqual([
      ['start', '18:02:00', 10],
      ['increase', '18:12:00', 16],
      ['decrease', '18:22:00', 6],
      ['stop', '18:32:00', 0],
    ]);
    const expectedWh = ((10 + 16 + 6) * 230 * 600) / 3600;
    expect(session?.importWh).toBeCloseTo(expectedWh, 0);
  });

  it('does not tell a change that was only a moment', () => {
    const drive = new Drive();
    drive.look({ isPlugged: true, currentA: 10 }, 60);
    drive.look({ isPlugged: true, currentA: 16 }, 3);
    drive.look({ isPlugged: true, currentA: 10 }, 60);
    drive.look({ isPlugged: false, currentA: 0 }, 180);
    expect(drive.ended()[0]?.events.map(({ kind }) => kind)).toEqual(['start', 'stop']);
  });

  it('goes on over pauses while the car is plugged in, and over a restart in the middle', () => {
    const drive = new Drive();
    drive.look({ isPlugged: true, currentA: 10 }, 600);
    drive.look({ isPlugged: true, currentA: 0 }, 3_600);
    drive.bench.write();
    drive.look({ isPlugged: true, currentA: 10 }, 200);
    // Killed; the car charges on for an hour and its register counts.
    drive.registerWh = (drive.registerWh ?? 0) + 2_300;
    drive.bench.restart(3_600_000);
    drive.look({ isPlugged: true, currentA: 10 }, 600);
    drive.look({ isPlugged: false, currentA: 0 }, 180);
    const [session, ...others] = drive.ended();
    expect(others).toEqual([]);
    expect(Math.abs((session?.importWh ?? 0) - (10 * 230 * 1_400) / 3600 - 2_300)).toBeLessThan(1);
    expect(session?.unseen).toHaveLength(1);
    expect(Math.abs((session?.unseen[0]?.energyWh ?? 0) - 2_300 - (10 * 230 * 201) / 3600)).toBeLessThan(1);
    expect(iso(session?.endedAt)).toBe('20:23:20');
  });

  it('that ended while nobody looked says so', () => {
    const drive = new Drive();
    drive.look({ isPlugged: true, currentA: 10 }, 600);
    drive.bench.write();
    drive.bench.restart(7_200_000);
    drive.look({ isPlugged: false, currentA: 0 }, 180);
    const [session] = drive.ended();
    expect(session?.isEndSeen).toBe(false);
    expect(iso(session?.endedAt)).toBe('18:10:00');
    expect(session?.events.map(({ kind }) => kind)).toEqual(['start', 'stop']);
  });

  it('without word of the plug ends half an hour after the last current, at that', () => {
    const drive = new Drive();
    drive.look({ currentA: 10 }, 600);
    drive.look({ currentA: 0 }, 1_900);
    drive.look({ currentA: 10 }, 60);
    const ended = drive.ended();
    expect(ended.map(({ beganAt, endedAt }) => [iso(beganAt), iso(endedAt)])).toEqual([
      ['18:00:00', '18:10:00'],
    ]);
    expect(drive.bench.state?.sessions.car?.open?.number).toBe(2);
  });

  it('is measured on running time: a clock that is set meanwhile moves its instants and not its length', () => {
    const drive = new Drive();
    drive.look({ isPlugged: true, currentA: 10 }, 300);
    drive.bench.pass(0, { utcMs: drive.bench.now().utcMs + 3 * 3_600_000 });
    drive.look({ isPlugged: true, currentA: 10 }, 300);
    drive.look({ isPlugged: false, currentA: 0 }, 180);
    const [session] = drive.ended();
    expect(session?.chargingMs).toBe(599_000);
    expect(iso(session?.endedAt)).toBe('21:10:00');
  });

  it('counts changes beyond those it lists', () => {
    const drive = new Drive();
    for (let turn = 0; turn < 450; turn += 1) {
      drive.look({ isPlugged: true, currentA: turn % 2 === 0 ? 10 : 14 }, 8);
    }
    drive.look({ isPlugged: false, currentA: 0 }, 180);
    const [session] = drive.ended();
    expect(session?.events).toHaveLength(401);
    expect(session?.events.at(-1)?.kind).toBe('stop');
    expect(session?.moreChanges).toBe(50);
  });
});

describe('a register', () => {
  const thenReads = (values: readonly number[], first: number): number => {
    const bench = new LedgerBench(at('2026-01-05T18:00:00Z'));
    for (const registerWh of [first, ...values]) {
      bench.look({
        channels: { connection: { powerW: 3_600, importRegisterWh: registerWh } },
        chargePoints: {},
      });
      bench.pass(1_000);
    }
    bench.write();
    return bench.sum('connection').importWh;
  };

  it('that rolls over goes on counting', () => {
    expect(thenReads([999_999_999, 2, 5], 999_999_998)).toBeCloseTo(7, 6);
    expect(thenReads([2 ** 32 - 1, 3], 2 ** 32 - 2)).toBeCloseTo(5, 6);
  });

  it('that was set to zero counts on from there', () => {
    expect(thenReads([500_010, 0, 1, 3], 500_000)).toBeCloseTo(14, 6);
  });

  it('of another meter is not taken for energy', () => {
    expect(thenReads([500_001, 93_000_000, 93_000_001], 500_000)).toBeCloseTo(3, 6);
    expect(thenReads([500_001, 222_222, 222_223], 500_000)).toBeCloseTo(3, 6);
  });
});

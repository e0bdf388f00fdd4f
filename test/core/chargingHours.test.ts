import { describe, expect, it } from 'vitest';
import { clockTime, isOpen, localTime, scheduleLimits } from '../../src/core/chargingHours.ts';
import { decide } from '../../src/core/decide.ts';
import type { Decision, DecisionInput } from '../../src/core/decision.ts';
import { type ChargingHours, DEFAULT_CHARGING_HOURS } from '../../src/domain/chargingHours.ts';
import type { ClockLevel } from '../../src/domain/instant.ts';
import type { Preference } from '../../src/domain/preference.ts';
import { SITE, sceneInput, told } from './smallHome.ts';

/** Whether the default hours hold a charge point back at an instant. */
function isHeldBack(utc: string, clockLevel: ClockLevel = 'synced'): boolean {
  const now = { runningMs: 0, utcMs: Date.parse(utc), clockLevel };
  return scheduleLimits(SITE, DEFAULT_CHARGING_HOURS, now).length > 0;
}

describe('the default charging hours', () => {
  it.each([
    // A Monday in winter, when London keeps UTC.
    ['2026-01-05T07:59:59Z', false],
    ['2026-01-05T08:00:00Z', true],
    ['2026-01-05T10:59:59Z', true],
    ['2026-01-05T11:00:00Z', false],
    ['2026-01-05T15:59:59Z', false],
    ['2026-01-05T16:00:00Z', true],
    ['2026-01-05T21:59:59Z', true],
    ['2026-01-05T22:00:00Z', false],
    // Saturday and Sunday.
    ['2026-01-03T17:00:00Z', false],
    ['2026-01-04T17:00:00Z', false],
    // A Monday in summer: 08:00 by the clock on the wall is 07:00 UTC.
    ['2026-07-06T06:59:59Z', false],
    ['2026-07-06T07:00:00Z', true],
    // The Mondays after the clocks went forward and back.
    ['2026-03-30T07:00:00Z', true],
    ['2026-10-26T07:00:00Z', false],
    ['2026-10-26T08:00:00Z', true],
    // A bank holiday is a weekday like any other.
    ['2026-12-25T17:00:00Z', true],
  ])('%s: %s', (utc, expected) => {
    expect(isHeldBack(utc)).toBe(expected);
  });

  it('are off while nobody knows what time it is', () => {
    expect(isHeldBack('2026-01-05T17:00:00Z', 'none')).toBe(false);
    expect(isHeldBack('2026-01-05T17:00:00Z', 'coarse')).toBe(true);
  });
});

describe('hours over midnight and over a clock change', () => {
  const night = { days: ['sat'], fromMinute: 1380, untilMinute: 120, ceilingA: 6, reason: 'night' } as const;

  it('belong to the day that they begin on', () => {
    expect(isOpen(night, { weekday: 'sat', minute: 1400 })).toBe(true);
    expect(isOpen(night, { weekday: 'sun', minute: 60 })).toBe(true);
    expect(isOpen(night, { weekday: 'sat', minute: 60 })).toBe(false);
    expect(isOpen(night, { weekday: 'sun', minute: 120 })).toBe(false);
  });

  it('an hour that comes twice is in the window twice, one that is skipped never comes', () => {
    const minutes = (utc: string): number => localTime(Date.parse(utc), 'Europe/London').minute;
    expect([minutes('2026-10-25T00:30:00Z'), minutes('2026-10-25T01:30:00Z')]).toEqual([90, 90]);
    expect([minutes('2026-03-29T00:59:00Z'), minutes('2026-03-29T01:00:00Z')]).toEqual([59, 120]);
  });

  it('are named as the clock shows them', () => {
    expect([clockTime(0), clockTime(485), clockTime(1440)]).toEqual(['00:00', '08:05', '00:00']);
  });
});

/** The small home over some time, with the hours of a Monday; the car charges at 16 A. */
class Monday {
  #input: DecisionInput;
  last: Decision;

  constructor(utc: string, hours: ChargingHours = DEFAULT_CHARGING_HOURS) {
    const input = sceneInput({ gridA: 20, car: { setpointA: 16, drawnA: 16 } });
    this.#input = { ...input, chargingHours: hours, now: { ...input.now, utcMs: Date.parse(utc) } };
    this.last = decide(this.#input);
    this.#adopt();
  }

  /** The same picture, so much later. */
  after(seconds: number, preferences: readonly Preference[] = []): this {
    const { now, snapshot } = this.#input;
    const shiftMs = seconds * 1000;
    this.#input = {
      ...this.#input,
      preferences,
      now: { ...now, runningMs: now.runningMs + shiftMs, utcMs: now.utcMs + shiftMs },
      snapshot: Object.fromEntries(
        Object.entries(snapshot).map(([device, readings]) => [
          device,
          Object.fromEntries(
            Object.entries(readings).map(([point, reading]) => [
              point,
              reading?.state === 'measured'
                ? { ...reading, ...live(point, reading.value), measuredAtMs: reading.measuredAtMs + shiftMs }
                : reading,
            ]),
          ),
        ]),
      ),
    };
    this.last = decide(this.#input);
    this.#adopt();
    return this;
  }

  #adopt(): void {
    this.#input = { ...this.#input, memory: this.last.memory };
  }
}

/** A live meter never repeats itself to the last digit. */
function live(point: string, value: unknown): object {
  return point.startsWith('phaseVoltageV') ? { value: Number(value) + 1e-6 } : {};
}

describe('the random delay of the charging hours', () => {
  // The scene's offset is 300 s.
  it('holds the old rate at the start of a window, with a countdown, and then pauses', () => {
    const monday = new Monday('2026-01-05T15:59:59Z').after(1);
    expect(told(monday.last)).not.toContainEqual(expect.stringMatching(/^car .* narrowing$/));
    expect(monday.last.memory.starting).toMatchObject([{ limit: { limitId: 'car:hours:2' } }]);
    expect(monday.last.events).toContainEqual({
      kind: 'limitDelayed',
      limitId: 'car:hours:2',
      startsAtMs: 801_000,
    });
    expect(told(monday.after(299).last)).not.toContainEqual(expect.stringMatching(/^car .* narrowing$/));
    const begun = monday.after(1).last;
    expect(told(begun)).toContain('car 0 A narrowing');
    expect(begun.commands[0]?.reason).toMatchObject({ source: 'schedule', limitId: 'car:hours:2' });
  });

  it('is drawn once for a window', () => {
    const monday = new Monday('2026-01-05T16:00:00Z');
    for (let second = 0; second < 10; second += 1) monday.after(1);
    expect(monday.last.memory.starting).toMatchObject([{ startsAtMs: 800_000 }]);
  });

  it('holds the pause at the end of a window for its own delay', () => {
    const monday = new Monday('2026-01-05T21:50:00Z').after(599);
    expect(monday.last.memory.inForce).toMatchObject([{ limitId: 'car:hours:2' }]);
    const ended = monday.after(1);
    expect(ended.last.memory.held).toMatchObject([{ limit: { limitId: 'car:hours:2' } }]);
    expect(ended.after(298).last.memory.held).toHaveLength(1);
    expect(ended.after(3).last.memory.held).toHaveLength(0);
  });

  it('a boost lifts the hours for its load at once, without any delay, until it ends', () => {
    const boost: Preference = { kind: 'boost', loadId: 'car', untilMs: 2_000_000 };
    const monday = new Monday('2026-01-05T17:00:00Z').after(301);
    expect(told(monday.last)).toContain('car 0 A narrowing');
    const desiredA = (): number | undefined =>
      monday.last.explanation.loads.find(({ loadId }) => loadId === 'car')?.desiredA;
    expect(desiredA()).toBe(0);
    monday.after(1, [boost]);
    expect(desiredA()).toBeGreaterThan(6);
    monday.after(1200, [boost]);
    expect(desiredA()).toBe(0);
  });

  it('a boost lifts nothing but the hours', () => {
    const boost: Preference = { kind: 'boost', loadId: 'car', untilMs: 2_000_000 };
    const curtailed = sceneInput({
      gridA: 20,
      car: { setpointA: 16, drawnA: 16 },
      limits: [
        {
          limitId: 'event',
          source: 'curtailment',
          circuitId: 'supply',
          direction: 'import',
          basis: 'phaseCurrentA',
          ceiling: 10,
          validFromMs: 0,
          reason: 'event',
        },
      ],
    });
    expect(told(decide({ ...curtailed, preferences: [boost] }))).toContain('car 6 A narrowing');
  });
});

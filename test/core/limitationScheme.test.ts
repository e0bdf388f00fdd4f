import { describe, expect, it } from 'vitest';
import {
  type SchemeReset,
  schemesAfterRestart,
  stateOf,
  stepSchemes,
} from '../../src/core/limitationScheme.ts';
import type { SchemeMemory } from '../../src/core/memory.ts';
import type { MeterView } from '../../src/core/picture.ts';
import type { DomainEvent } from '../../src/domain/event.ts';
import type { SchemeFigures } from '../../src/domain/schemeFigures.ts';
import type { SitePlan } from '../../src/domain/sitePlan.ts';
import { SITE } from './smallHome.ts';

const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

/** A connection point with 16 A of export agreed, seen once a second. */
class Scheme {
  nowS = 0;
  events: DomainEvent[] = [];
  #schemes: readonly SchemeMemory[] = [];
  readonly #site: SitePlan;

  constructor(schemeFigures: Partial<SchemeFigures> = {}) {
    this.#site = { ...SITE, schemeFigures };
  }

  /** Seconds with an export of so many amps; without amps the meter is silent. */
  run(seconds: number, exportA?: number): this {
    for (let second = 0; second < seconds; second += 1) {
      this.step(exportA);
      this.nowS += 1;
    }
    return this;
  }

  /** Time in which nothing happens, in one step. */
  quiet(seconds: number): this {
    this.nowS += seconds;
    return this.step(0);
  }

  step(exportA: number | undefined, reset?: SchemeReset): this {
    const nowMs = this.nowS * 1000;
    const grid: MeterView =
      exportA === undefined
        ? { state: 'lost', fault: 'meter-stale', subject: 'grid' }
        : {
            state: 'fresh',
            measuredAtMs: nowMs,
            flows: { L1: { importA: -exportA, exportA } },
          };
    const meters = new Map([['grid', grid]]);
    const step = stepSchemes({ site: this.#site, meters, schemes: this.#schemes, reset, nowMs });
    this.#schemes = JSON.parse(JSON.stringify(step.schemes));
    this.events.push(...step.events);
    this.limits = step.limits;
    return this;
  }

  limits: ReturnType<typeof stepSchemes>['limits'] = [];

  reset(by: SchemeReset['by']): this {
    return this.step(0, { by });
  }

  restart(): this {
    this.#schemes = schemesAfterRestart(this.#schemes);
    return this;
  }

  get state(): number {
    const [scheme] = this.#schemes;
    return scheme === undefined ? 1 : stateOf(scheme);
  }

  get counted(): number {
    return this.#schemes[0]?.countedAtMs.length ?? 0;
  }
}

/** Inside, so many seconds above, and back inside. */
const excursion = (scheme: Scheme, seconds: number): Scheme => scheme.run(1, 0).run(seconds, 20).run(4, 0);

describe('the customer limitation scheme', () => {
  it('14 s above the limit are only recorded, 15 s count', () => {
    const scheme = excursion(new Scheme(), 14);
    expect([scheme.state, scheme.counted]).toEqual([1, 0]);
    excursion(scheme, 15);
    expect([scheme.state, scheme.counted]).toEqual([1, 1]);
    expect(
      scheme.events.map((event) => (event.kind === 'schemeStateChanged' ? event.to : event.kind)),
    ).toEqual([2, 1, 2, 'excursionCounted', 1]);
  });

  it('an excursion of 60 s locks at once, one of 59 s does not', () => {
    expect(excursion(new Scheme(), 59).state).toBe(1);
    const scheme = excursion(new Scheme(), 60);
    expect(scheme.state).toBe(3);
    expect(scheme.limits).toMatchObject([{ source: 'limitationScheme', direction: 'export', ceiling: 0 }]);
  });

  it('two counted excursions that begin within 600 s lock, 601 s apart they do not', () => {
    const near = excursion(new Scheme(), 15);
    near.quiet(600 - near.nowS);
    expect(excursion(near, 15).state).toBe(3);
    const far = excursion(new Scheme(), 15);
    far.quiet(601 - far.nowS);
    expect(excursion(far, 15).state).toBe(1);
  });

  it('the third counted excursion in 24 h locks, and a plan may allow a fourth', () => {
    const spread = (scheme: Scheme, times: number): Scheme => {
      for (let time = 0; time < times; time += 1) excursion(scheme, 16).quiet(7 * HOUR_S);
      return scheme;
    };
    expect(spread(new Scheme(), 2).state).toBe(1);
    expect(spread(new Scheme(), 3).state).toBe(3);
    expect(spread(new Scheme({ longRepeatCount: 4 }), 3).state).toBe(1);
    expect(spread(new Scheme({ longRepeatCount: 4 }), 4).state).toBe(3);
  });

  it('an excursion of yesterday does not count any more', () => {
    const scheme = excursion(new Scheme(), 16);
    excursion(scheme.quiet(12 * HOUR_S), 16);
    expect(excursion(scheme.quiet(DAY_S - 12 * HOUR_S), 16).state).toBe(1);
  });

  it('a lock-out clears what was counted, so that no excursion is held against the home twice', () => {
    const scheme = excursion(new Scheme(), 60).reset('householder');
    expect([scheme.state, scheme.counted]).toEqual([1, 0]);
    expect(excursion(scheme, 15).state).toBe(1);
  });

  it('a dip back inside of one sample does not end an excursion, one of three seconds does', () => {
    const dip = (seconds: number): Scheme => new Scheme().run(10, 20).run(seconds, 0).run(8, 20).run(4, 0);
    expect(dip(1).counted).toBe(1);
    expect(dip(3).counted).toBe(0);
  });

  it('an excursion that cannot be seen any more goes on, none begins unseen', () => {
    expect(new Scheme().run(5, 20).run(60).state).toBe(3);
    expect(new Scheme().run(120).state).toBe(1);
  });

  it('a power cut keeps the lock-out and what was counted, not the excursion under way', () => {
    expect(excursion(new Scheme(), 60).restart().run(5, 0).state).toBe(3);
    expect(excursion(new Scheme(), 15).restart().counted).toBe(1);
    const during = new Scheme().run(10, 20).restart().run(55, 20).run(4, 0);
    expect([during.state, during.counted]).toEqual([1, 1]);
  });

  it('the householder may reset twice in 30 days, then only an engineer, who clears the history', () => {
    const scheme = new Scheme();
    for (const time of [1, 2]) {
      expect(excursion(scheme.quiet(DAY_S), 60).reset('householder').state, `reset ${time}`).toBe(1);
    }
    expect(excursion(scheme.quiet(DAY_S), 60).reset('householder').state).toBe(3);
    expect(scheme.events.at(-1)).toMatchObject({ kind: 'schemeResetRefused', by: 'householder' });
    expect(scheme.reset('engineer').state).toBe(1);
    expect(excursion(scheme.quiet(DAY_S), 60).reset('householder').state).toBe(1);
  });

  it('lock-outs of more than 30 days ago do not count against the householder', () => {
    const scheme = new Scheme();
    for (let time = 0; time < 4; time += 1) {
      expect(excursion(scheme.quiet(16 * DAY_S), 60).reset('householder').state, `reset ${time}`).toBe(1);
    }
  });

  it('elsewhere than at a home the lock-out opens by itself after four hours', () => {
    const scheme = excursion(new Scheme({ automaticResetMs: 4 * HOUR_S * 1000 }), 60);
    expect(scheme.quiet(4 * HOUR_S - 2 * MINUTE_S).state).toBe(3);
    expect(scheme.quiet(2 * MINUTE_S).state).toBe(1);
    expect(excursion(new Scheme(), 60).quiet(30 * DAY_S).state).toBe(3);
  });

  it('exactly at the limit is inside', () => {
    expect(new Scheme().run(120, 16).state).toBe(1);
  });
});

import { describe, expect, it } from 'vitest';
import { type PartyContact, stepParty } from '../../src/core/controllingParty.ts';
import type { PartyMemory } from '../../src/core/memory.ts';
import type { Limit } from '../../src/domain/limit.ts';
import type { ControllingPartyPlan } from '../../src/domain/sitePlan.ts';
import { curtailment } from './smallHome.ts';

const ceiling = (amps: number) =>
  ({ circuitId: 'supply', direction: 'import', basis: 'phaseCurrentA', ceiling: amps }) as const;

const PLAN: ControllingPartyPlan = {
  defaults: [ceiling(20)],
  heartbeat: {
    lostAfterMs: 120_000,
    limitWithinMs: 60_000,
    failSafeMinimumMs: 7_200_000,
    failSafe: [ceiling(8)],
  },
};

/** A party that is heard or not, second by second. */
class Party {
  nowS = 0;
  contact: PartyContact = {};
  controls: readonly Limit[] = [];
  memory: PartyMemory | undefined;
  #limits: readonly Limit[] = [];
  readonly #plan: ControllingPartyPlan | undefined;

  constructor(plan: ControllingPartyPlan | undefined = PLAN) {
    this.#plan = plan;
    this.#step();
  }

  beat(): this {
    this.contact = { ...this.contact, heartbeatAtMs: this.nowS * 1000 };
    return this.#step();
  }

  /** A control until so many seconds from now; none: it says that there is none. */
  control(amps?: number, seconds = 100_000): this {
    const nowMs = this.nowS * 1000;
    this.contact = { ...this.contact, controlAtMs: nowMs };
    this.controls =
      amps === undefined
        ? []
        : [curtailment(amps, { validFromMs: nowMs, validUntilMs: nowMs + seconds * 1000 })];
    return this.#step();
  }

  wait(seconds: number): this {
    this.nowS += seconds;
    return this.#step();
  }

  /** The power was off; time stood still. */
  restart(): this {
    return this.#step();
  }

  /** Ceilings in force, narrowest first. */
  get ceilings(): number[] {
    const nowMs = this.nowS * 1000;
    const open = this.#limits.filter(
      ({ validFromMs, validUntilMs }) => validFromMs <= nowMs && (validUntilMs ?? Infinity) > nowMs,
    );
    return open.map((limit) => limit.ceiling).sort((a, b) => a - b);
  }

  #step(): this {
    const step = stepParty({
      plan: this.#plan,
      controls: this.controls,
      contact: this.contact,
      known: this.memory,
      now: { runningMs: this.nowS * 1000, utcMs: 0, clockLevel: 'synced' },
    });
    this.#limits = step.limits;
    this.memory = step.memory;
    return this;
  }
}

/** Heard, and with a control of 16 A. */
const controlled = () => new Party().beat().wait(1).control(16);

describe('the controlling party', () => {
  it('is in fail-safe until it is heard and has said what it wants', () => {
    const party = new Party();
    expect(party.ceilings).toEqual([8, 20]);
    expect(party.beat().ceilings).toEqual([8, 20]);
    expect(party.wait(1).control(16).ceilings).toEqual([16]);
  });

  it.each([
    [119, [16]],
    [120, [8, 16]],
    [121, [8, 16]],
  ])('a heartbeat of %i s ago', (seconds, expected) => {
    const party = new Party().beat().control(16);
    expect(party.wait(seconds).ceilings).toEqual(expected);
  });

  it('stays in fail-safe for two hours, then goes by its defaults', () => {
    const party = controlled().control(16, 300).wait(120);
    expect(party.wait(7_199).ceilings).toEqual([8, 20]);
    expect(party.wait(1).ceilings).toEqual([20]);
  });

  it('does not come back by a heartbeat alone', () => {
    const party = controlled().wait(200);
    expect(party.beat().wait(59).beat().ceilings).toEqual([8, 16]);
  });

  it('comes back with a limit within 60 s of a heartbeat, not with one after 61 s', () => {
    const late = controlled().wait(200).beat().wait(61).control(12);
    expect(late.ceilings).toEqual([8, 12]);
    const inTime = controlled().wait(200).beat().wait(60).control(12);
    expect(inTime.ceilings).toEqual([12]);
  });

  it('a control from before the loss does not count as a return', () => {
    const party = controlled().wait(99).beat().wait(10).control(16).wait(115);
    expect(party.ceilings).toEqual([8, 16]);
    expect(party.beat().ceilings).toEqual([8, 16]);
  });

  it('a stored control runs to its end while the party is silent, then the default follows', () => {
    const party = new Party({ defaults: [ceiling(20)] }).control(16, 420);
    expect(party.wait(419).ceilings).toEqual([16]);
    expect(party.wait(1).ceilings).toEqual([20]);
  });

  it('a cancel returns to the default, never to nothing', () => {
    expect(controlled().control().ceilings).toEqual([20]);
  });

  it('a control may be wider than the default while it lasts', () => {
    expect(controlled().control(40, 60).ceilings).toEqual([40]);
  });

  it('a restart does not end the fail-safe', () => {
    const party = controlled().wait(200).restart();
    expect(party.ceilings).toEqual([8, 16]);
    expect(party.memory?.state).toBe('failSafe');
  });

  it('without an agreement there are its controls alone', () => {
    expect(
      stepParty({ plan: undefined, controls: [], contact: {}, known: undefined, now: NOW }).limits,
    ).toEqual([]);
  });
});

const NOW = { runningMs: 0, utcMs: 0, clockLevel: 'none' } as const;

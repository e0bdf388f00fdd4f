import { describe, expect, it } from 'vitest';
import type { SitePlan } from '../../src/domain/sitePlan.ts';
import { decideScene, NOW_MS, OBSERVING, type Scene, told } from './smallHome.ts';

const observing = (scene: Scene) =>
  decideScene({ site: OBSERVING, gridA: 16, car: { setpointA: 16, drawnA: 16, commandedA: 16 }, ...scene });

describe('a switch of the supplier that is only seen', () => {
  it('limits nothing while it allows', () => {
    expect(told(observing({ inputs: { 1: true } }))).not.toContainEqual(expect.stringContaining('narrowing'));
  });

  it('narrows while it limits, and names itself', () => {
    const decision = observing({ inputs: { 1: false } });
    expect(told(decision)).toEqual(['car 9.2 A narrowing']);
    expect(decision.commands[0]?.reason).toMatchObject({
      kind: 'limit',
      limitId: 'supplier:observed',
      source: 'loadSwitchObserved',
      text: 'the observed switch supplier is de-energised',
    });
  });

  it('counts as limiting while it cannot be seen', () => {
    const { commands } = observing({ inputs: { 1: 'gone' } });
    expect(commands[0]?.reason).toMatchObject({ text: 'the observed switch supplier cannot be seen' });
    expect(told(observing({}))).toEqual(['car 9.2 A narrowing']);
  });

  it('never allows what another limit forbids', () => {
    const other = {
      ...OBSERVING,
      circuits: [{ ...OBSERVING.circuits[0], ratingA: 10, derating: 1 }],
    } as SitePlan;
    expect(told(observing({ site: other, inputs: { 1: true } }))).toContain('car 9.2 A narrowing');
  });
});

describe('a closed switch whose load draws nothing', () => {
  const idle = (idleSinceMs: number, drawnA = 0) =>
    decideScene({ heater: { isClosed: true, drawnA }, memories: { heater: { idleSinceMs } } });
  const codesOf = (decision: ReturnType<typeof decideScene>) =>
    decision.explanation.faults.map(({ code }) => code);

  it('is reported after a day, and not before', () => {
    expect(codesOf(idle(NOW_MS - 86_400_000))).toContain('load-not-drawing');
    expect(codesOf(idle(NOW_MS - 86_000_000))).not.toContain('load-not-drawing');
  });

  it('begins to count anew when it draws', () => {
    expect(idle(NOW_MS - 86_400_000, 5).memory.loads.heater?.idleSinceMs).toBeUndefined();
    expect(idle(NOW_MS - 1000).memory.loads.heater?.idleSinceMs).toBe(NOW_MS - 1000);
  });
});

import { describe, expect, it } from 'vitest';
import type { LoadMemory } from '../../src/core/memory.ts';
import { decideScene, NOW_MS, told } from './smallHome.ts';

/** The heater of the small home rests open for a minute. */
const REST_MS = 60_000;

const scene = (memory: Partial<LoadMemory>, isClosed = false) => ({
  heater: { isClosed },
  memories: { heater: { commanded: 1, commandedAtMs: NOW_MS - 30_000, ...memory } },
});

describe('a contact that opens without having been told to', () => {
  it('rests from when that was seen, as if it had been told', () => {
    const seen = decideScene(scene({ isSeenClosed: true }));
    expect(told(seen)).not.toContain('heater closed widening');
    expect(seen.memory.loads.heater).toMatchObject({ pausedAtMs: NOW_MS, commanded: 1 });
    expect(seen.memory.loads.heater?.isSeenClosed).toBeUndefined();
    expect(seen.explanation.loads.find(({ loadId }) => loadId === 'heater')?.waitsFor).toBe('rest');

    const toldAfter = (passedMs: number) =>
      told(decideScene(scene({ ...seen.memory.loads.heater, pausedAtMs: NOW_MS - passedMs })));
    expect(toldAfter(REST_MS - 1_000)).not.toContain('heater closed widening');
    expect(toldAfter(REST_MS)).toContain('heater closed widening');
  });

  it('does not rest again when it was told to open', () => {
    const decision = decideScene(
      scene({
        isSeenClosed: true,
        commanded: 0,
        pausedAtMs: NOW_MS - REST_MS,
        commandedAtMs: NOW_MS - REST_MS,
      }),
    );
    expect(told(decision)).toContain('heater closed widening');
  });

  it('one that was found open is closed without a rest of its own', () => {
    expect(told(decideScene(scene({})))).toContain('heater closed widening');
  });

  it('is remembered as closed while it reads so', () => {
    expect(decideScene(scene({}, true)).memory.loads.heater?.isSeenClosed).toBe(true);
  });
});

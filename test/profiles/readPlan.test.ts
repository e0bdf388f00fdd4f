import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadProfiles } from '../../src/profiles/loadProfiles.ts';
import { type BlockProgress, blocksOfPoint, nextBlock } from '../../src/profiles/readPlan.ts';

const { profiles } = loadProfiles(join(import.meta.dirname, '../../drivers'));

function planOf(id: string) {
  const plan = profiles.get(id)?.plan;
  if (plan === undefined) throw new Error(`no profile ${id}`);
  return { plan, progress: plan.blocks.map((): BlockProgress => ({ isWanted: false })) };
}

describe('the read plan', () => {
  it('reads a block again when its cadence is over, not before', () => {
    const { plan, progress } = planOf('waveshare-relay-8');
    expect(nextBlock(plan, progress, 0)?.name).toBe('relays');
    for (const state of progress) state.askedAtMs = 0;
    expect(nextBlock(plan, progress, 500)).toBeUndefined();
    expect(nextBlock(plan, progress, 1000)?.name).toBe('relays');
  });

  it('takes a poll that comes a moment early for one in time', () => {
    const { plan, progress } = planOf('waveshare-relay-8');
    for (const state of progress) state.askedAtMs = 0;
    expect(nextBlock(plan, progress, 985)?.name).toBe('relays');
  });

  it('reads what somebody waits for before all else', () => {
    const { plan, progress } = planOf('keba-p30');
    for (const [index, state] of progress.entries()) state.askedAtMs = index === 0 ? 0 : 990;
    const [setpoint = -1] = blocksOfPoint(plan, 'setpointA');
    const wanted = progress[setpoint];
    if (wanted !== undefined) wanted.isWanted = true;
    expect(nextBlock(plan, progress, 1000)?.name).toBe('setpoint');
  });

  it('lets no register starve when the pace of the maker leaves too few slots', () => {
    const { plan, progress } = planOf('keba-p30');
    const readAtMs = new Map<string, number[]>();
    for (let nowMs = 0; nowMs < 1_200_000; nowMs += plan.readSpacingMs) {
      const block = nextBlock(plan, progress, nowMs);
      const state = block && progress[block.index];
      if (block === undefined || state === undefined) continue;
      state.askedAtMs = nowMs;
      readAtMs.set(block.name, [...(readAtMs.get(block.name) ?? []), nowMs]);
    }
    const longestGapMs = (name: string) => {
      const instants = readAtMs.get(name) ?? [];
      return Math.max(...instants.slice(1).map((instant, index) => instant - (instants[index] ?? 0)));
    };
    expect(longestGapMs('currentL1')).toBe(1000);
    for (const name of ['setpoint', 'state', 'cable']) expect(longestGapMs(name)).toBeLessThanOrEqual(4000);
    for (const name of ['currentL2', 'currentL3', 'power']) expect(longestGapMs(name)).toBeLessThan(45_000);
    expect(readAtMs.size).toBe(plan.blocks.length);
    expect(longestGapMs('fallbackTimeout')).toBeLessThan(120_000);
  });

  it('reads everything once, also in a rhythm that is too slow for what must stay fresh', () => {
    const { plan, progress } = planOf('keba-p30');
    const read = new Set<string>();
    for (let nowMs = 0; nowMs < 400_000; nowMs += 1500) {
      // One slot for the fast block, one for the others.
      for (const slotMs of [nowMs, nowMs + 500]) {
        const block = nextBlock(plan, progress, slotMs);
        const state = block && progress[block.index];
        if (block === undefined || state === undefined) continue;
        Object.assign(state, { askedAtMs: slotMs, waitsSinceMs: undefined });
        read.add(block.name);
      }
    }
    expect(read.size).toBe(plan.blocks.length);
  });
});

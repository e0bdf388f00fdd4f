import { describe, expect, it, vi } from 'vitest';
import { Inbox } from '../../src/sync/inbox.ts';
import { JUDGEMENT } from '../core/judgement.ts';
import { law9 } from '../core/unsigned.ts';
import { walkHomes } from '../core/walk.ts';

const STEPS = Number(process.env.LOADGATE_LAW_STEPS ?? 1_000_000);
/** In a short run the laws that judge a step again and again take turns. */
const isShort = process.env.LOADGATE_SHORT === '1';
const SEED = Number(process.env.LOADGATE_LAW_SEED ?? 20_261_122);

vi.setConfig({ testTimeout: 3_600_000 });

describe('the laws over a million generated steps', () => {
  it('laws 1 to 8, 10 and 11', () => {
    const startedMs = performance.now();
    const { steps, commands, restarts, judged } = walkHomes(JUDGEMENT, {
      steps: STEPS,
      seed: SEED,
      everyLaw: !isShort,
    });
    const seconds = Math.round((performance.now() - startedMs) / 1000);
    console.log(`${steps} generated steps, ${commands} commands, ${restarts} restarts, ${seconds} s`);
    for (const [law, times] of Object.entries(judged)) console.log(`${law}: held against ${times} steps`);
    expect(steps).toBe(STEPS);
  });

  it('law 9: no sequence of messages without a valid signature changes a set-point', async () => {
    const messages = await law9(
      { judgement: JUDGEMENT, Inbox },
      { messages: Math.ceil(STEPS / 50), seed: SEED },
    );
    console.log(`law 9: ${messages} messages`);
  });
});

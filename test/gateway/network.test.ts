import { describe, expect, it } from 'vitest';
import { networkSchema } from '../../src/contract/network.ts';
import { statusSchema } from '../../src/contract/status.ts';
import { type LocalView, localRoutes } from '../../src/gateway/localRoutes.ts';
import { describeLadder } from '../../src/network/describeLadder.ts';
import { judge } from '../network/healthyHome.ts';
import { FakeHome } from './parts.ts';

const BROKEN = {
  broken: 'router',
  sinceUtcMs: Date.UTC(2026, 0, 5),
  sinceMs: 1_500,
  sentence: 'Router: The router does not answer',
} as const;

describe('the status', () => {
  it('says nothing of the network while nothing was ever broken', () => {
    const status = new FakeHome().gateway.status();
    expect(status.network).toBeUndefined();
    expect(status.faults).toEqual([]);
  });

  it('names the lowest broken rung, since when, and the fault with its next step', () => {
    const home = new FakeHome();
    home.network = BROKEN;
    const status = statusSchema.parse(home.gateway.status());
    expect(status.network).toEqual({
      brokenRung: 'router',
      since: '2026-01-05T00:00:00.000Z',
      sentence: 'Router: The router does not answer',
    });
    expect(status.faults).toEqual([
      expect.objectContaining({ code: 'back-office-unreachable', subject: 'router', sinceMs: 1_500 }),
    ]);
  });

  it('says that it is whole again, without a fault', () => {
    const home = new FakeHome();
    const { broken: _, ...whole } = BROKEN;
    home.network = { ...whole, sentence: 'The way to the back office stands' };
    const status = home.gateway.status();
    expect(status.network).toEqual({
      since: '2026-01-05T00:00:00.000Z',
      sentence: 'The way to the back office stands',
    });
    expect(status.faults).toEqual([]);
  });
});

describe('GET /network at the local socket', () => {
  async function ask(view: Partial<LocalView> | undefined) {
    const route = localRoutes(() => view as LocalView | undefined).find(({ path }) => path === '/network');
    return await route?.answer(new URLSearchParams());
  }

  it('answers with the ladder', async () => {
    const answer = await ask({ network: async () => describeLadder(judge({})) });
    expect(answer?.status).toBe(200);
    expect(networkSchema.parse(answer?.body).rungs).toHaveLength(11);
  });

  it('says that the gateway is starting before it can be asked', async () => {
    expect((await ask(undefined))?.status).toBe(503);
    expect((await ask({ network: async () => undefined }))?.status).toBe(503);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { topicOf } from '../../src/contract/topics.ts';
import type { ConsentEntry } from '../../src/domain/consent.ts';
import {
  BEAT,
  CANCEL,
  CANCELLATION,
  CURTAILMENT,
  HEARTBEAT,
  InboxDesk,
  KEYS,
  NO_CURTAILMENT,
  NONE,
  PLAN,
  REQUEST,
  SCHEDULE,
} from './inboxDesk.ts';

let desk: InboxDesk;
let entries: ConsentEntry[];

/** A gateway that was restored from a backup a minute after these were issued. */
beforeEach(() => {
  desk = new InboxDesk();
  entries = [];
  desk.open({
    releasesSinceUtcMs: () => Date.parse(REQUEST.issuedAt) + 60_000,
    consent: {
      view: () => ({ ledger: entries, texts: { chargingData: { version: 'v1' } }, textsVersion: 0 }),
      onEntry: async (entry) => {
        entries.push(entry);
      },
      onAcknowledged: async () => undefined,
      onTexts: async () => undefined,
    },
  });
});

const anew = (message: { issuedAt: string }) => ({
  ...message,
  issuedAt: new Date(Date.parse(message.issuedAt) + 61_000).toISOString(),
});

describe('after a restore from a backup', () => {
  it('obeys no control that was issued before: what was taken back since is not known', async () => {
    for (const [message, topic] of [
      [REQUEST, CURTAILMENT],
      [PLAN, SCHEDULE],
      [CANCELLATION, CANCEL],
      [NO_CURTAILMENT, NONE],
    ] as const) {
      await desk.receive(message, topic);
    }
    expect(desk.hasObeyedNothing()).toBe(true);
    expect(desk.causes()).toHaveLength(4);
    for (const cause of desk.causes())
      expect(cause).toMatch(/before this gateway was restored from a backup/);
    await desk.clock.advance(120_000);
    await desk.receive(anew(REQUEST), CURTAILMENT);
    expect(desk.obeyed).toHaveLength(1);
  });

  it('hears that the controlling party is there', async () => {
    await desk.receive(BEAT, HEARTBEAT);
    expect(desk.heartbeats).toBe(1);
  });

  it('takes no consent for given by a message of before, and a withdrawal however old it is', async () => {
    const said = {
      schema: 'loadgate.consent/1',
      gatewayId: 'home-1',
      id: 'paper-1',
      issuedAt: REQUEST.issuedAt,
      purpose: 'chargingData',
      action: 'given',
      textVersion: 'v1',
      person: 'main',
      evidence: 'box-7',
    };
    const tell = (message: object) =>
      desk.receiveBytes(KEYS.backOffice.sign(message), topicOf('home-1', 'consent'));
    await tell(said);
    expect(entries).toEqual([]);
    expect(desk.causes().at(-1)).toMatch(/before this gateway was restored from a backup/);
    await tell({ ...said, id: 'paper-2', action: 'withdrawn' });
    expect(entries).toMatchObject([{ action: 'withdrawn' }]);
    await desk.clock.advance(120_000);
    await tell({ ...anew(said), id: 'paper-3' });
    expect(entries.map(({ action }) => action)).toEqual(['withdrawn', 'given']);
  });
});

import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { ConsentBook } from '../../src/backoffice/consent/service.ts';
import { type ConsentEntryMessage, consentAckSchema } from '../../src/contract/consent.ts';
import type { PublishResult } from '../../src/ports/bus.ts';
import { makeSigner } from '../support/keys.ts';
import { SteppedClock } from '../support/steppedClock.ts';

const NOON_MS = Date.UTC(2026, 0, 5, 12);

function openBook() {
  const kept = new Map<string, string>();
  const sent: { readonly topic: string; readonly payload: Record<string, unknown> }[] = [];
  const desk = { isBrokerThere: true, connected: (): void => undefined };
  const signer = makeSigner();
  const book = new ConsentBook({
    store: {
      remembered: (name) => kept.get(name),
      remember: (name, value) => {
        kept.set(name, value);
      },
    },
    bus: {
      onConnection: (listener) => {
        desk.connected = () => listener(true);
        return () => undefined;
      },
      publish: async (topic, payload): Promise<PublishResult> => {
        if (!desk.isBrokerThere) return { ok: false, cause: 'offline', detail: 'gone' };
        sent.push({ topic, payload: decodeJwt(payload) as Record<string, unknown> });
        return { ok: true };
      },
    },
    clock: new SteppedClock({ utcMs: NOON_MS }),
    entropy: { wholeUpTo: () => 0, identifier: () => '1' },
    signer: {
      keyId: signer.keyId,
      publicKey: signer.publicKey,
      sign: async (payload) => signer.sign(payload),
    },
  });
  return { book, sent, desk };
}

function entry(number: number, change: Partial<ConsentEntryMessage> = {}): ConsentEntryMessage {
  return {
    schema: 'loadgate.consent-entry/1',
    gatewayId: 'home-1',
    entry: number,
    purpose: 'chargingData',
    action: 'given',
    textVersion: 'charging-data-1',
    person: 'main',
    how: 'commandLine',
    at: new Date(NOON_MS + number * 1_000).toISOString(),
    ...change,
  };
}

describe('consent at the back office', () => {
  it('is acknowledged to the home by number and instant, signed, when it is on the disk', async () => {
    const { book, sent } = openBook();
    await book.take(entry(1), 'jws-1');
    expect(sent).toMatchObject([{ topic: 'loadgate/v1/home-1/control/consent/ack' }]);
    expect(consentAckSchema.parse(sent[0]?.payload).entries).toEqual([{ entry: 1, at: entry(1).at }]);
    expect(book.file('home-1').entries).toMatchObject([{ jws: 'jws-1', isAcknowledged: true }]);
  });

  it('stands as not acknowledged while the broker is away, and is acknowledged with the next', async () => {
    const { book, sent, desk } = openBook();
    desk.isBrokerThere = false;
    await book.take(entry(1), 'jws-1');
    expect(book.file('home-1').entries).toMatchObject([{ isAcknowledged: false }]);
    desk.isBrokerThere = true;
    await book.take(entry(2, { action: 'withdrawn' }), 'jws-2');
    expect(consentAckSchema.parse(sent[0]?.payload).entries.map(({ entry: number }) => number)).toEqual([
      1, 2,
    ]);
  });

  it('that comes again is there once, and is acknowledged again', async () => {
    const { book, sent } = openBook();
    await book.take(entry(1), 'jws-1');
    await book.take(entry(1), 'jws-1');
    expect(book.file('home-1').entries).toHaveLength(1);
    expect(sent).toHaveLength(2);
  });

  it('that a person told the back office stands until the gateway has answered with a signed entry', async () => {
    const { book, sent, desk } = openBook();
    desk.isBrokerThere = false;
    const wish = {
      gatewayId: 'home-1',
      purpose: 'chargingData',
      textVersion: 'charging-data-1',
      person: 'main',
    } as const;
    expect(await book.request({ ...wish, action: 'given' })).toContain('evidence');
    expect(await book.request({ ...wish, action: 'withdrawn' })).toBe(undefined);
    expect(book.file('home-1').requests).toHaveLength(1);
    desk.isBrokerThere = true;
    desk.connected();
    await new Promise(setImmediate);
    expect(sent).toMatchObject([
      { topic: 'loadgate/v1/home-1/control/consent', payload: { action: 'withdrawn', id: 'consent-1' } },
    ]);
    await book.take(entry(1, { action: 'withdrawn', how: 'backOffice', requestId: 'consent-1' }), 'jws-1');
    expect(book.file('home-1').requests).toEqual([]);
  });

  it('proves where a person stands, and knows whom a new text has to be shown to', async () => {
    const { book } = openBook();
    await book.take(entry(1), 'jws-1');
    await book.take(entry(2, { person: 'driver-2' }), 'jws-2');
    await book.take(entry(3, { person: 'driver-2', action: 'withdrawn' }), 'jws-3');
    expect(book.proof('home-1', 'driver-2').map(({ jws }) => jws)).toEqual(['jws-2', 'jws-3']);
    const asked = book.campaign(['home-1', 'home-2'], 'chargingData', 'charging-data-2');
    expect(asked).toEqual([{ gatewayId: 'home-1', person: 'main' }]);
    await book.take(entry(4, { textVersion: 'charging-data-2' }), 'jws-4');
    expect(book.campaign(['home-1'], 'chargingData', 'charging-data-2')).toEqual([]);
  });
});

import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type {
  CompletenessPage,
  GatewayRow,
  HomeConsent,
  StreamReport,
  StreamReports,
} from '../../src/contract/desk.ts';
import { giveConsents } from '../support/consents.ts';
import type { DeskClient } from '../support/deskClient.ts';
import { openHomeAndDesk } from '../support/processes/homeAndDesk.ts';
import type { HomeUnderTest } from '../support/processes/homeUnderTest.ts';
import { hasMosquitto } from '../support/processes/mosquitto.ts';
import { TestBed } from '../support/processes/testBed.ts';
import { until } from '../support/processes/waiting.ts';

const HOME = 'home-17';
const STREAMS = ['receipts', 'events', 'status', 'telemetry'];

let bed: TestBed;
beforeEach(() => {
  bed = new TestBed();
});
afterEach(() => bed.close());

const streamsOf = async (client: DeskClient): Promise<readonly StreamReport[]> =>
  (await client.get<StreamReports>(`/api/gateways/${HOME}/streams`)).body.streams;

const reach = (client: DeskClient, what: string, is: (streams: readonly StreamReport[]) => boolean) =>
  until(
    what,
    async () => {
      const streams = await streamsOf(client);
      return is(streams) ? streams : undefined;
    },
    { withinMs: 60_000, everyMs: 250 },
  ).then(({ answer }) => answer);

function of(streams: readonly StreamReport[], stream: string): StreamReport {
  const found = streams.find((one) => one.stream === stream);
  if (found === undefined) throw new Error(`nothing came of ${stream}`);
  return found;
}

const hasCome = (stream: string, records: number) => (streams: readonly StreamReport[]) =>
  (streams.find((one) => one.stream === stream)?.received ?? 0) >= records;

describe.skipIf(!hasMosquitto)('records that a desk has lost', { timeout: 240_000 }, () => {
  it('are asked for and come again, and the loss ledger names what cannot', async () => {
    const { home, desk, broker, state } = await openHomeAndDesk(bed, HOME);
    const first = await desk.logIn('erin');
    await reach(first, 'records of every stream', (streams) =>
      STREAMS.every((stream) => hasCome(stream, 2)(streams)),
    );
    await desk.stop();
    const copy = join(bed.folder, 'copy');
    cpSync(state, copy, { recursive: true });

    // What waits while the broker is away goes with the consent to it; the ledger says so.
    await broker.kill();
    await until(
      'telemetry that waits',
      async () => (await waiting(home)).includes('"intervalFrom"') || undefined,
      {
        withinMs: 40_000,
        everyMs: 1_000,
      },
    );
    expect((await home.ask('consent', 'withdraw', 'chargingData')).code).toBe(0);
    await giveConsents(home.gateway, ['chargingData']);
    await broker.start();
    desk.launch();
    const second = await desk.logIn('erin');
    const before = await reach(
      second,
      'a good part of each stream',
      (streams) =>
        hasCome('telemetry', 12)(streams) &&
        hasCome('events', 4)(streams) &&
        of(streams, 'telemetry').losses.some(({ cause }) => cause === 'consent'),
    );
    expect(before.every(({ missing }) => missing === 0)).toBe(true);
    await desk.stop();

    // The desk is put back to the state of the copy: whatever it took since then is gone, and the broker has it no more.
    rmSync(state, { recursive: true });
    cpSync(copy, state, { recursive: true });
    desk.launch();
    const third = await desk.logIn('erin');
    const open = await reach(third, 'a gap', (streams) => of(streams, 'telemetry').missing > 0);
    const gap = of(open, 'telemetry');
    expect(gap.missing).toBeGreaterThan(2);
    const list = (await third.get<CompletenessPage>('/api/completeness')).body;
    expect(list).toMatchObject({ counts: { missing: 1 }, rows: [{ gatewayId: HOME, state: 'missing' }] });

    const whole = await reach(third, 'whole streams', (streams) =>
      STREAMS.every((stream) => {
        const { missing, highest } = of(streams, stream);
        return missing === 0 && highest >= of(before, stream).highest;
      }),
    );
    for (const { contradicted, asking, received, lost, gone, highest } of whole) {
      expect({ contradicted, state: asking.state }).toEqual({ contradicted: 0, state: 'nothing' });
      expect(received + lost + gone).toBe(highest);
    }
    const { received, lost, gone, highest, losses } = of(whole, 'telemetry');
    expect(losses).toContainEqual({ cause: 'consent', entries: expect.any(Number), records: lost });
    expect(lost).toBeGreaterThan(0);
    // What the broker had taken before the withdrawal is kept by nobody; the rest has come again.
    expect(gone).toBeLessThan(gap.missing);
    expect(received).toBeGreaterThan(gap.received);
    // What the receipts have told once is told again: nothing of the consent is forgotten either.
    const consents = (await third.get<HomeConsent>(`/api/gateways/${HOME}/consents`)).body;
    const charging = consents.purposes.find(({ purpose }) => purpose === 'chargingData');
    expect(charging).toMatchObject({ state: 'given', persons: [{ isAcknowledged: true }] });
    expect(consents.tombstones).toHaveLength(1);

    // At its next start the gateway vouches for all of it.
    await home.gateway.stop();
    home.gateway.launch();
    await home.gateway.standing();
    const proven = await reach(
      third,
      'manifests over what came again',
      (streams) => of(streams, 'telemetry').provenUntil >= highest,
    );
    expect(proven.every(({ contradicted }) => contradicted === 0)).toBe(true);
  });

  it('of a time before the desk was there come as far as the gateway keeps them', async () => {
    const { desk, broker, state, register } = await openHomeAndDesk(bed, HOME);
    await until(
      'records that the desk has taken',
      async () => {
        const erin = await desk.logIn('erin');
        return hasCome('telemetry', 6)(await streamsOf(erin)) || undefined;
      },
      { withinMs: 60_000, everyMs: 1_000 },
    );
    // Another desk takes over, with nothing but the registration.
    await desk.stop();
    rmSync(state, { recursive: true });
    await broker.process.stop();
    await broker.start();
    desk.launch();
    const rolf = await desk.logIn('rolf');
    await register(rolf);
    const whole = await reach(
      rolf,
      'streams from their first record on',
      (streams) =>
        streams.length === STREAMS.length &&
        streams.every(({ missing }) => missing === 0) &&
        hasCome('telemetry', 7)(streams),
    );
    const { received, highest } = of(whole, 'telemetry');
    expect(received).toBe(highest);
    const row = (await rolf.get<GatewayRow>(`/api/gateways/${HOME}`)).body;
    expect(row.key).toBe('pinned');
  });
});

async function waiting(home: HomeUnderTest): Promise<string> {
  return (await home.ask('outbox', 'show')).stdout;
}

import { rmSync } from 'node:fs';
import mqtt from 'mqtt';
import { type Board, type Desk, type Notice, noticeSchema } from '../../src/contract/desk.ts';
import { topicOf } from '../../src/contract/topics.ts';
import { Fleet } from '../fleet/fleet.ts';
import { DEFAULT_FLEET, type FleetOptions, SUBSTATION } from '../fleet/fleetPlan.ts';
import { registryOf } from '../fleet/registry.ts';
import type { DeskClient } from '../support/deskClient.ts';
import { makeKeys } from '../support/keys.ts';
import { DeskProcess } from '../support/processes/deskProcess.ts';
import { TestBed } from '../support/processes/testBed.ts';
import { until } from '../support/processes/waiting.ts';
import { processorMsOf, residentMbOf } from './processUse.ts';

const CONNECTED_WITHIN_MS = 120_000;
const ACKNOWLEDGED_WITHIN_MS = 120_000;
const HOMES_PER_FEEDER = 250;

/** What one rehearsal to all gateways of a fleet took. */
export interface FleetNotice {
  readonly gateways: number;
  /** From the order to send to the arrival of each receipt `started` at another subscriber, ms. */
  readonly startedMs: readonly number[];
  /** From the order to send until the desk's board shows every gateway as started, ms. */
  readonly acknowledgedMs: number;
  /** Receipts that are missing at the desk or at the other subscriber. */
  readonly lost: number;
  /** Receipts that came more than once under the same number, or twice for the same step. */
  readonly doubled: number;
  readonly desk: {
    readonly residentMb: number;
    /** Processor time from the order to send until all is acknowledged. */
    readonly processorMs: number;
  };
  readonly fleet: { readonly residentMb: number; readonly processorMs: number };
}

/** A broker, a desk and a fleet, each as processes of their own, and one rehearsal to all of it. */
export async function runFleetNotice(gateways: number): Promise<FleetNotice> {
  const options: FleetOptions = {
    ...DEFAULT_FLEET,
    gateways,
    areas: Math.ceil(gateways / HOMES_PER_FEEDER),
  };
  const bed = new TestBed();
  try {
    return await run(bed, options);
  } finally {
    await bed.close();
    rmSync(bed.folder, { recursive: true, force: true });
  }
}

async function run(bed: TestBed, options: FleetOptions): Promise<FleetNotice> {
  const { gateways, distributor } = options;
  const keys = makeKeys({ distributors: [distributor] });
  const broker = await bed.openBroker({ isKept: false, isWatched: false });
  const folder = bed.makeFolder('desk');
  const desk = await DeskProcess.start(
    { folder, brokerUrl: broker.url, distributor, keys },
    { erin: ['engineer', 'registrar'], ada: ['authoriser'] },
  );
  bed.onClose(() => desk.end());
  const engineer = await desk.logIn('erin');
  const authoriser = await desk.logIn('ada');
  await done(engineer.post('/api/gateways/import', registryOf(options)));
  const heard = await hearReceipts(bed, broker.url);
  const fleet = new Fleet(options, {
    url: broker.url,
    rootKeys: [keys.root.publicKey],
    bundle: keys.bundle,
  });
  bed.onClose(() => fleet.stop());
  const patience = { withinMs: CONNECTED_WITHIN_MS, everyMs: 250 };
  await until(
    'every gateway is connected and its messages are sent',
    async () => {
      const { connected, waiting } = await fleet.counts();
      return connected === gateways && waiting <= gateways / 100;
    },
    patience,
  );
  const drafted = await done<Notice>(engineer.post('/api/notices', draftOf(distributor)));
  const { noticeId, forecast } = noticeSchema.parse(drafted);
  await done(authoriser.post(`/api/notices/${noticeId}/authorise`, { forecastAt: forecast.at }));
  const deskBeforeMs = processorMsOf(desk.process.pid);
  const fleetBefore = await fleet.counts();
  const sentAtMs = performance.now();
  await done(engineer.post(`/api/notices/${noticeId}/send`));
  const board = await untilStarted(engineer, noticeId, gateways);
  const acknowledgedMs = performance.now() - sentAtMs;
  const deskAfterMs = processorMsOf(desk.process.pid);
  await until('every receipt was heard', () => heard.count('started') >= gateways, patience);
  const fleetAfter = await fleet.counts();
  const about = await done<Desk>(engineer.get('/api/desk'));
  return {
    gateways,
    startedMs: heard.startedAtMs().map((atMs) => atMs - sentAtMs),
    acknowledgedMs,
    lost: gateways - board.counts.obeyed + (gateways - heard.count('received')) + about.missingReceipts,
    doubled: heard.doubled() + Math.max(0, heard.count('received') - gateways),
    desk: { residentMb: residentMbOf(desk.process.pid), processorMs: deskAfterMs - deskBeforeMs },
    fleet: {
      residentMb: fleetAfter.residentMb,
      processorMs: fleetAfter.processorMs - fleetBefore.processorMs,
    },
  };
}

function draftOf(distributor: string): object {
  const toldAt = new Date(Date.now() - 600_000).toISOString();
  return {
    issuer: distributor,
    area: { kind: 'substation', areaId: SUBSTATION },
    measure: { kind: 'chargePointCeiling', ceilingA: 6 },
    durationSeconds: 1_800,
    reason: 'Rehearsal of the bench.',
    basis: {
      flexibilityService: 'bench',
      cause: 'other',
      established: 'Nothing failed: this is a rehearsal of the bench.',
      customersToldAt: toldAt,
      suppliersToldAt: toldAt,
    },
    rehearsal: true,
  };
}

async function untilStarted(client: DeskClient, noticeId: string, gateways: number): Promise<Board> {
  let last: Board | undefined;
  const look = async (): Promise<Board | undefined> => {
    last = await done<Board>(client.get(`/api/notices/${noticeId}/board`));
    return last.counts.obeyed >= gateways ? last : undefined;
  };
  const patience = { withinMs: ACKNOWLEDGED_WITHIN_MS, everyMs: 100 };
  const { answer } = await until('the board shows all as started', look, patience).catch((error: Error) => {
    throw new Error(`${error.message}: ${JSON.stringify(last?.counts)}`);
  });
  return answer;
}

/** Another subscriber than the desk, so that the time of arrival is taken where nothing else is done. */
async function hearReceipts(bed: TestBed, url: string) {
  const client = await mqtt.connectAsync(url, {
    protocolVersion: 5,
    clientId: 'bench',
    properties: { receiveMaximum: 65_535 },
  });
  bed.onClose(() => client.endAsync(true));
  const numbers = new Set<string>();
  const arrivals: { readonly atMs: number; readonly payload: Buffer }[] = [];
  client.on('message', (_topic, payload) => arrivals.push({ atMs: performance.now(), payload }));
  await client.subscribeAsync(topicOf('+', 'receipts'), { qos: 1 });
  const startedAtMs: number[] = [];
  const counts = new Map<string, number>();
  let doubled = 0;
  // Read when somebody asks: reading ten thousand receipts would delay the next arrival.
  const read = (): void => {
    for (const { atMs, payload } of arrivals.splice(0)) {
      const { gatewayId, outboxId, sequence, body } = JSON.parse(payload.toString());
      const { status } = JSON.parse(Buffer.from(body.jws.split('.')[1], 'base64url').toString());
      const number = `${gatewayId} ${outboxId} ${sequence}`;
      if (numbers.has(number)) doubled += 1;
      numbers.add(number);
      counts.set(status, (counts.get(status) ?? 0) + 1);
      if (status === 'started') startedAtMs.push(atMs);
    }
  };
  return {
    count: (status: string): number => {
      read();
      return counts.get(status) ?? 0;
    },
    startedAtMs: (): readonly number[] => startedAtMs,
    doubled: (): number => doubled,
  };
}

async function done<T>(asked: ReturnType<DeskClient['get']>): Promise<T> {
  const { status, body, refusal } = await asked;
  if (status >= 400) throw new Error(`the desk answered ${status}: ${JSON.stringify(refusal)}`);
  return body as T;
}

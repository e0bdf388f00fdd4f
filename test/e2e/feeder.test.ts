import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Truth } from '../../firmware-sim/truth.ts';
import {
  type AreaSummary,
  type Board,
  boardSchema,
  type Draft,
  noticeSchema,
  type OfgemReport,
  type Registration,
  type SupplierReport,
} from '../../src/contract/desk.ts';
import type { ReceiptMessage } from '../../src/contract/receipt.ts';
import type { DeskClient } from '../support/deskClient.ts';
import { DeskProcess } from '../support/processes/deskProcess.ts';
import { hasMosquitto } from '../support/processes/mosquitto.ts';
import { TestBed } from '../support/processes/testBed.ts';
import { until } from '../support/processes/waiting.ts';
import { Feeder, type RealWindow } from './feeder/feeder.ts';
import {
  CONSENT_TEXT,
  carCurrentA,
  DISTRIBUTOR,
  FEEDER,
  FEEDER_HOMES,
  homeIdOf,
} from './feeder/feederHomes.ts';
import { watchReceipts } from './feeder/receiptWatch.ts';

const SPEED = 2;
const CONSENTING = indexes(0, 30);
const NEVER_ASKED = indexes(30, 33);
const WITHDRAWN = indexes(33, 35);
const ABSENT = [35];
const CEILING_A = 6;
/** The steps of the physics, of the meter and of the register of a charge point. */
const STILL_A = 0.5;

type Deskwork = Awaited<ReturnType<DeskProcess['sitDown']>>;

const bed = new TestBed();
let feeder: Feeder;
let receipts: readonly ReceiptMessage[];
let viewer: DeskClient;
let engineer: Deskwork;
let authoriser: Deskwork;

beforeAll(async () => {
  if (!hasMosquitto) return;
  feeder = await Feeder.open(bed, { homes: FEEDER_HOMES, speed: SPEED, absent: ABSENT });
  const identity = feeder.authority.issueClient('desk');
  const desk = await DeskProcess.start(
    {
      folder: bed.makeFolder('desk'),
      brokerUrl: feeder.broker.url,
      identity,
      distributor: DISTRIBUTOR,
      keys: feeder.keys,
      speed: SPEED,
    },
    { erin: ['engineer', 'registrar'], ada: ['authoriser'] },
  );
  bed.onClose(() => desk.end());
  receipts = await watchReceipts(bed, feeder.broker.url, identity);
  await desk.url();
  // The clocks run faster than real time from their start on: what the desk dates lies in nobody's past.
  await feeder.switchOn();
  engineer = await desk.sitDown('erin');
  authoriser = await desk.sitDown('ada');
  viewer = await desk.logIn('ada');
  await engineer('gateways', 'import', writeFile('gateways.json', { gateways: registrations() }));
  // All let their load be seen; who agrees to be restricted is another question.
  for (const index of [...CONSENTING, ...NEVER_ASKED, ...WITHDRAWN])
    await feeder.consent(index, 'chargingData', 'given');
  for (const index of [...CONSENTING, ...WITHDRAWN]) await feeder.consent(index, 'dnoRestriction', 'given');
  for (const index of WITHDRAWN) await feeder.consent(index, 'dnoRestriction', 'withdrawn');
  await feeder.reach('every car charges with all it can take', indexes(0, FEEDER_HOMES - 1), isCharging);
  await standingsKnown();
}, 300_000);

afterAll(() => bed.close());

describe.skipIf(!hasMosquitto)('36 homes behind one feeder', { timeout: 240_000 }, () => {
  it('a rehearsal goes the whole way and moves nothing', async () => {
    const before = await carsA();
    const noticeId = await issue({ rehearsal: true, durationSeconds: 60 });
    await boardOf(noticeId, ({ counts }) => counts.active === CONSENTING.length);
    await expectUnmoved(before);
    const over = await boardOf(noticeId, ({ counts }) => counts.ended.completed === CONSENTING.length);
    await expectUnmoved(before);
    expect(over.counts).toMatchObject({ asked: 36, consenting: 31, reached: 35, obeyed: 30 });
    expect(receipts.filter((one) => one.noticeId === noticeId).every(({ rehearsal }) => rehearsal)).toBe(
      true,
    );
  });

  it('a notice reaches every register that agreed, and the report has the relief that the plant has', async () => {
    const before = await carsA();
    const noticeId = await issue({ rehearsal: false, durationSeconds: 100 });
    await boardOf(noticeId, ({ counts }) => counts.active === CONSENTING.length);
    await feeder.reach(
      'the cars of those who agreed are held',
      CONSENTING,
      (truth) => carOf(truth) <= CEILING_A,
    );
    const registers = await Promise.all(CONSENTING.map((index) => feeder.registerMa(index)));
    // On a busy machine a home that misses its meter pauses its car: that is less than the notice leaves, and safe.
    const astray = CONSENTING.filter((_, place) => (registers[place] ?? 0) > CEILING_A * 1_000);
    expect(await feeder.explain(astray)).toEqual([]);
    const exact = registers.filter((registerMa) => registerMa === CEILING_A * 1_000);
    expect(exact.length).toBeGreaterThan(CONSENTING.length / 2);
    const unwilling = [...NEVER_ASKED, ...WITHDRAWN];
    await expectUnmoved(
      unwilling.map((index) => before[index] as number),
      unwilling,
    );

    const { counts } = await boardOf(noticeId, (board) => board.counts.ended.completed === CONSENTING.length);
    expect(counts).toMatchObject({ asked: 36, consenting: 31, reached: 35, accepted: 30, obeyed: 30 });
    expect(counts.stages.asked).toBe(ABSENT.length);
    expect(counts.refused.map(({ code, count }) => [code, count])).toEqual([
      ['noConsent', NEVER_ASKED.length],
      ['consentWithdrawn', WITHDRAWN.length],
    ]);

    const truthW = await trueReliefW(noticeId);
    const report = await reportOf<OfgemReport>(noticeId, 'ofgem');
    console.log(`relief at the feeder: report ${report.reliefW.value} W, plant ${truthW.toFixed(0)} W`);
    expect(report).toMatchObject({ obeyed: { value: CONSENTING.length }, isRehearsal: false });
    expect(Math.abs((report.reliefW.value ?? 0) / truthW - 1)).toBeLessThan(0.02);
    const supplier = await reportOf<SupplierReport>(noticeId, 'supplier', '&supplier=SUPA');
    expect(supplier.totals).toMatchObject({ supplies: FEEDER_HOMES, obeyed: 30, refused: 5, unanswered: 1 });
    expect(supplier.totals.energyWh / (report.energyWh.value ?? 0)).toBeCloseTo(1, 2);
  });
});

/** Until the desk knows of every household that is there what it agreed to and what it draws. */
async function standingsKnown(): Promise<void> {
  let last: AreaSummary | undefined;
  const look = async (): Promise<boolean> => {
    const { body } = await viewer.get<{ areas: readonly AreaSummary[] }>('/api/areas');
    last = body.areas.find(({ areaId }) => areaId === FEEDER);
    return last?.consenting === CONSENTING.length + ABSENT.length && last.load.known === FEEDER_HOMES - 1;
  };
  await until('the desk knows the homes', look, { withinMs: 120_000 }).catch((error: Error) => {
    throw new Error(`${error.message}: ${JSON.stringify(last)}`);
  });
}

/** Drafted by one person, authorised by another and sent, all by the command line. */
async function issue(change: Pick<Draft, 'rehearsal' | 'durationSeconds'>): Promise<string> {
  const instant = (agoMs: number): string => new Date(Date.now() - agoMs).toISOString();
  const draft: Draft = {
    issuer: DISTRIBUTOR,
    area: { kind: 'feeder', areaId: FEEDER },
    measure: { kind: 'chargePointCeiling', ceilingA: CEILING_A },
    reason: 'The transformer of this feeder is overloaded.',
    basis: {
      flexibilityService: 'evening peak',
      cause: 'flexibilityFailed',
      established: 'measured at the substation',
      customersToldAt: instant(600_000),
      suppliersToldAt: instant(600_000),
    },
    ...change,
  };
  const drafted = noticeSchema.parse(await engineer('draft', writeFile('draft.json', draft)));
  await authoriser('authorise', drafted.noticeId, '--read', drafted.forecast.at);
  await engineer('send', drafted.noticeId);
  return drafted.noticeId;
}

async function boardOf(noticeId: string, isSo: (board: Board) => boolean): Promise<Board> {
  let last: Board | undefined;
  const look = async (): Promise<Board | undefined> => {
    last = boardSchema.parse((await viewer.get(`/api/notices/${noticeId}/board`)).body);
    return isSo(last) ? last : undefined;
  };
  const patience = { withinMs: 120_000, everyMs: 250 };
  const { answer } = await until('the board shows it', look, patience).catch((error: Error) => {
    throw new Error(`${error.message}: ${JSON.stringify(last?.counts)}`);
  });
  return answer;
}

async function reportOf<T>(noticeId: string, kind: string, more = ''): Promise<T> {
  const path = `/api/notices/${noticeId}/reports/${kind}?format=json${more}`;
  return (await viewer.get<T>(path)).body;
}

/** Before less during, summed over the homes that obeyed: in the windows of their receipts, by what really flowed. */
async function trueReliefW(noticeId: string): Promise<number> {
  const completed = new Map(
    receipts
      .filter((one) => one.noticeId === noticeId && one.status === 'completed')
      .map((one) => [one.gatewayId, one]),
  );
  expect(completed.size).toBe(CONSENTING.length);
  const windowsOf = (name: 'before' | 'during'): readonly (RealWindow | undefined)[] =>
    indexes(0, FEEDER_HOMES).map((index) => {
      const receipt = completed.get(homeIdOf(index));
      return receipt === undefined ? undefined : windowOf(receipt, name);
    });
  const before = await feeder.trueMeansW(windowsOf('before'));
  const during = await feeder.trueMeansW(windowsOf('during'));
  return before.reduce<number>((sum, beforeW, index) => sum + (beforeW ?? 0) - (during[index] ?? 0), 0);
}

function windowOf(receipt: ReceiptMessage, name: 'before' | 'during'): RealWindow {
  const covered = receipt.effect?.[name]?.coveredSeconds;
  const end = name === 'before' ? receipt.startsAt : receipt.endsAt;
  if (covered === undefined || end === undefined)
    throw new Error(`${receipt.gatewayId} has measured nothing ${name}: ${JSON.stringify(receipt)}`);
  const untilMs = Date.parse(end);
  const realOf = (utcMs: number): number => feeder.realOf(receipt.gatewayId, utcMs);
  return [realOf(untilMs - covered * 1_000), realOf(untilMs)];
}

async function carsA(of: readonly number[] = indexes(0, FEEDER_HOMES)): Promise<readonly number[]> {
  const truths = await feeder.truths();
  return of.map((index) => carOf(truths[index] as Truth));
}

/** The cars draw what they drew before; otherwise what the gateways say about those that do not. */
async function expectUnmoved(before: readonly number[], of = indexes(0, FEEDER_HOMES)): Promise<void> {
  const now = await carsA(of);
  const moved = of.filter((_, place) => Math.abs((now[place] ?? 0) - (before[place] ?? 0)) >= STILL_A);
  expect(await feeder.explain(moved)).toEqual([]);
}

function carOf(truth: Truth): number {
  return truth.chargePoints['charge-point']?.carA ?? Number.NaN;
}

function isCharging(truth: Truth, index: number): boolean {
  return carOf(truth) > carCurrentA(index) - STILL_A / 2;
}

/** All with one supplier, and without a key: the desk takes the first that each gateway shows. */
function registrations(): readonly Registration[] {
  return indexes(0, FEEDER_HOMES).map((index) => ({
    gatewayId: homeIdOf(index),
    distributor: DISTRIBUTOR,
    feeder: FEEDER,
    supplierId: 'SUPA',
    ...(ABSENT.includes(index) ? { consent: 'given' as const, consentText: CONSENT_TEXT } : {}),
  }));
}

function writeFile(name: string, content: object): string {
  const file = join(bed.folder, name);
  writeFileSync(file, JSON.stringify(content));
  return file;
}

function indexes(from: number, until: number): readonly number[] {
  return Array.from({ length: until - from }, (_, index) => from + index);
}

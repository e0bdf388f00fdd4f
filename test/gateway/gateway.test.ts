import { describe, expect, it } from 'vitest';
import { eventSchema } from '../../src/contract/event.ts';
import { statusReportBodySchema } from '../../src/contract/statusReport.ts';
import { telemetrySchema } from '../../src/contract/telemetry.ts';
import { EMPTY_LOAD_MEMORY, EMPTY_MEMORY } from '../../src/core/memory.ts';
import { WEEKDAYS } from '../../src/domain/chargingHours.ts';
import type { DeviceReadings } from '../../src/domain/point.ts';
import { unknown } from '../../src/domain/reading.ts';
import { withPreference } from '../../src/gateway/ownerSettings.ts';
import type { JournalEntry } from '../../src/gateway/recorder.ts';
import { replayJournal } from '../../src/gateway/replay.ts';
import { curtailment } from '../core/smallHome.ts';
import { given, USUAL_PURPOSES } from '../support/consents.ts';
import { FakeHome } from './parts.ts';

async function started(condition?: ConstructorParameters<typeof FakeHome>[0]): Promise<FakeHome> {
  const home = new FakeHome(condition);
  home.gateway.start();
  await home.clock.advance(2_000);
  return home;
}

describe('one cycle', () => {
  it('sends a narrowing before the record is tried, and a widening only after it is on the disk', async () => {
    const home = await started();
    await home.clock.advance(10_000);
    const widening = home.happenings.findIndex((line) => line.includes('A widening'));
    expect(home.happenings.slice(0, widening).lastIndexOf('commit')).toBe(widening - 1);
    home.happenings.length = 0;
    home.householdA = 50;
    await home.clock.advance(1_500);
    const narrowing = home.happenings.findIndex((line) => line.includes('A narrowing'));
    expect(narrowing).toBeGreaterThanOrEqual(0);
    expect(home.happenings.slice(narrowing).indexOf('commit')).toBeGreaterThan(0);
    expect(home.happenings.slice(0, narrowing)).not.toContain('commit');
  });

  it('acts at once on a crossing, without waiting for its tick', async () => {
    const home = await started();
    await home.clock.advance(20_100);
    home.householdA = 60;
    home.happenings.length = 0;
    await home.clock.advance(400);
    expect(home.happenings.some((line) => line.startsWith('charger') && line.endsWith('narrowing'))).toBe(
      true,
    );
  });

  it('widens nothing while the disk is full, says so, and goes on narrowing', async () => {
    const home = await started();
    home.store.isFull = true;
    home.happenings.length = 0;
    await home.clock.advance(20_000);
    expect(home.happenings.filter((line) => line.endsWith('widening'))).toEqual([]);
    expect(home.gateway.status().faults).toContainEqual(expect.objectContaining({ code: 'store-failed' }));
    home.householdA = 60;
    await home.clock.advance(1_000);
    expect(home.happenings.some((line) => line.startsWith('charger') && line.endsWith('narrowing'))).toBe(
      true,
    );
    home.store.isFull = false;
    home.householdA = 5;
    await home.clock.advance(90_000);
    expect(home.happenings.some((line) => line.endsWith('widening'))).toBe(true);
  });

  it('says a narrowing again at every cycle until the device has heard it', async () => {
    const home = await started();
    home.charger.isDeaf = true;
    home.householdA = 60;
    home.happenings.length = 0;
    await home.clock.advance(3_500);
    expect(home.happenings.filter((line) => line === 'charger 0 A narrowing').length).toBeGreaterThanOrEqual(
      3,
    );
    home.charger.isDeaf = false;
    await home.clock.advance(1_000);
    home.happenings.length = 0;
    await home.clock.advance(3_000);
    expect(home.happenings.filter((line) => line.startsWith('charger'))).toEqual([]);
  });

  it('repeats a set-point that lapses, and a pause too', async () => {
    const home = new FakeHome(undefined, 20_000);
    home.gateway.start();
    await home.clock.advance(70_000);
    home.happenings.length = 0;
    await home.clock.advance(60_000);
    const repeats = home.happenings.filter((line) => line.startsWith('charger') && line.endsWith('refresh'));
    expect(repeats.length).toBeGreaterThanOrEqual(2);
    home.householdA = 60;
    await home.clock.advance(2_000);
    home.happenings.length = 0;
    await home.clock.advance(45_000);
    expect(home.happenings.filter((line) => line === 'charger 0 A refresh')).toHaveLength(2);
  });

  it('feeds what devices want to be fed from finished cycles only', async () => {
    const home = await started();
    const { keepAlives } = home.charger;
    await home.clock.advance(5_000);
    expect(home.charger.keepAlives - keepAlives).toBeGreaterThanOrEqual(5);
    await home.gateway.stop('test');
    const atStop = home.charger.keepAlives;
    await home.clock.advance(5_000);
    expect(home.charger.keepAlives).toBe(atStop);
  });

  it('says an opening again after a restart where the device forgets it with the gateway', async () => {
    const memory = (condition: { isForgetful: boolean }): FakeHome => {
      const kept = {
        version: 2,
        core: { ...EMPTY_MEMORY, loads: { heater: { ...EMPTY_LOAD_MEMORY, commanded: 0 } } },
        control: { limits: [], knownIds: [] },
        owner: { preferences: [] },
        party: {},
      };
      const home = new FakeHome({ kind: 'restored', state: { memory: kept, runningMs: 0, utcMs: 0 } });
      if (condition.isForgetful) home.relay.traits.isToldAfterRestart = true;
      home.gateway.start();
      return home;
    };
    expect(memory({ isForgetful: true }).happenings).toContain('relay 1 open narrowing');
    expect(memory({ isForgetful: false }).happenings).not.toContain('relay 1 open narrowing');
  });

  it('keeps a closed relay alive before its timer lapses, and only what it told itself', async () => {
    const home = await started();
    home.householdA = 1;
    await home.clock.advance(60_000);
    home.happenings.length = 0;
    await home.clock.advance(60_000);
    expect(home.happenings.filter((line) => line === 'relay 1 closed refresh').length).toBeGreaterThanOrEqual(
      2,
    );
    expect(home.happenings.filter((line) => line.startsWith('relay 2'))).toEqual([]);
  });

  it('feeds the supervisor once for each finished cycle', async () => {
    const home = await started();
    home.happenings.length = 0;
    const before = home.gateway.status().cycle.count;
    await home.clock.advance(10_000);
    const cycles = home.gateway.status().cycle.count - before;
    expect(home.happenings.filter((line) => line === 'alive').length).toBe(cycles);
  });
});

describe('the record', () => {
  it('writes quiet seconds in batches and anything that happened at once', async () => {
    const home = await started();
    await home.clock.advance(60_000);
    const quiet = home.store.batches.length;
    await home.clock.advance(60_000);
    expect(home.store.batches.length - quiet).toBeLessThanOrEqual(3);
    home.householdA = 60;
    await home.clock.advance(600);
    expect(
      home.store.batches.at(-1)?.outbox.some(({ body }) => 'kind' in body && body.kind === 'loadNarrowed'),
    ).toBe(true);
  });

  it('writes what happened outside of the decisions with the next cycle, and tries again after a failure', async () => {
    const home = await started();
    await home.clock.advance(40_000);
    const refused = (cause: string) =>
      ({ kind: 'controlRefused', topic: 'control/curtailment', cause }) as const;
    home.gateway.record(refused('nobody signed it'));
    await home.clock.advance(1_000);
    expect(home.store.drafts('events').at(-1)).toEqual(refused('nobody signed it'));
    home.store.isFull = true;
    home.gateway.record(refused('nor this one'));
    home.happenings.length = 0;
    await home.clock.advance(4_000);
    expect(home.happenings.filter((line) => line === 'commit refused')).toHaveLength(1);
    home.store.isFull = false;
    await home.clock.advance(7_000);
    expect(home.store.drafts('events')).toContainEqual(refused('nor this one'));
    const written = home.store.batches.length;
    await home.clock.advance(10_000);
    expect(home.store.batches.length).toBe(written);
  });

  it('a device answers as soon as it has given a value again, though others of its values wait for their turn', async () => {
    const home = await started();
    const answering = () =>
      home.gateway.status().devices.find(({ deviceId }) => deviceId === 'grid')?.isAnswering;
    const { live } = home.grid;
    const silent = unknown('device-timeout', home.clock.runningMs());
    home.grid.live = () => ({ 'phaseCurrentA.L1': silent, importEnergyWh: silent }) as DeviceReadings;
    await home.clock.advance(1_000);
    expect(answering()).toBe(false);
    home.grid.live = () => ({ ...live?.(), importEnergyWh: silent }) as DeviceReadings;
    await home.clock.advance(1_000);
    expect(answering()).toBe(true);
  });

  it('speaks the language of the contract', async () => {
    const home = await started();
    home.gateway.agreement.change(given(USUAL_PURPOSES, {}, home.clock.now().utcMs));
    home.householdA = 60;
    await home.clock.advance(70_000);
    home.householdA = 5;
    await home.clock.advance(400_000);
    for (const body of home.store.drafts('telemetry')) telemetrySchema.parse(body);
    for (const body of home.store.drafts('events')) eventSchema.parse(body);
    for (const body of home.store.drafts('status')) statusReportBodySchema.parse(body);
    expect(home.store.drafts('telemetry').length).toBe(7);
    expect(telemetrySchema.parse(home.store.drafts('telemetry')[0]).circuits[0]?.phases[0]).toMatchObject({
      flow: { state: 'measured', maximumA: expect.toSatisfy((peakA: number) => peakA > 60) },
      importCeilingA: 54,
    });
  });

  it('can decide again all that it recorded, and names the first decision that was changed', async () => {
    const home = await started();
    home.householdA = 60;
    await home.clock.advance(40_000);
    const segments = JSON.parse(JSON.stringify(home.store.segments())) as ReturnType<
      typeof home.store.segments
    >;
    const whole = replayJournal(segments);
    expect(whole.firstDifference).toBeUndefined();
    expect(whole.decisions).toBeGreaterThan(30);
    const entries = segments.flatMap((segment) => segment.entries as JournalEntry[]);
    const changed = entries.find(
      (entry) => entry.kind === 'decision' && entry.commands.some(({ kind }) => kind === 'setChargeCurrent'),
    );
    if (changed?.kind !== 'decision') throw new Error('no command recorded');
    const command = changed.commands.find(({ kind }) => kind === 'setChargeCurrent');
    Object.assign(command ?? {}, { currentA: 31 });
    expect(replayJournal(segments).firstDifference).toMatchObject({
      runningMs: changed.now.runningMs,
      recorded: 31,
      path: expect.stringMatching(/^commands\[\d\]\.currentA$/),
    });
  });
});

describe('curtailments', () => {
  it('promises one to its sender only when it is on the disk', async () => {
    const home = await started();
    await home.gateway.commands.acceptControl([curtailment(0, { validUntilMs: 1e9 })], 'a');
    expect(home.store.batches.at(-1)?.memory).toMatchObject({
      control: { id: 'a', limits: [{ ceiling: 0 }] },
    });
    expect(home.carA()).toBe(0);
    home.store.isFull = true;
    await expect(
      home.gateway.commands.acceptControl([curtailment(5, { validUntilMs: 1e9 })], 'b'),
    ).rejects.toThrow('must be sent again');
  });

  it('ends only the one that a cancel names', async () => {
    const home = await started();
    await home.gateway.commands.acceptControl([curtailment(0, { validUntilMs: 1e9 })], 'a');
    await home.gateway.commands.cancelControl('other');
    expect(home.gateway.status().limits.some(({ source }) => source === 'curtailment')).toBe(true);
    await home.gateway.commands.cancelControl('a');
    // Held for the random offset of 60 s, then gone.
    await home.clock.advance(59_000);
    expect(home.gateway.status().limits.some(({ source }) => source === 'curtailment')).toBe(true);
    await home.clock.advance(2_000);
    expect(home.gateway.status().limits.some(({ source }) => source === 'curtailment')).toBe(false);
  });

  it('survives a kill: the next life begins with it', async () => {
    const home = await started();
    await home.gateway.commands.acceptControl([curtailment(0, { validUntilMs: 1e9 })], 'a');
    const memory = structuredClone(home.store.batches.at(-1)?.memory);
    const next = await started({ kind: 'restored', state: { memory, runningMs: 2_000, utcMs: 0 } });
    // The charge point of the next life still reads 10 A: it gets the time to confirm, then it is told again.
    await next.clock.advance(4_000);
    expect(next.carA()).toBe(0);
    expect(next.gateway.commands.knownControlIds()).toEqual(['a']);
  });
});

describe('a record that was lost', () => {
  it.each([
    [
      'damaged',
      { kind: 'damaged', setAsidePath: '/x.damaged-1', detail: 'flipped' } as const,
      'store-set-aside',
    ],
    ['not there to be written', { kind: 'unavailable', detail: 'read-only' } as const, 'store-failed'],
    [
      'of another make',
      { kind: 'restored', state: { memory: { version: 99 }, runningMs: 0, utcMs: 0 } } as const,
      'store-set-aside',
    ],
  ])(
    'keeps the home in its safe posture when it is %s, until an operator has looked',
    async (_, condition, code) => {
      const home = await started(condition);
      expect(home.carA()).toBe(0);
      await home.clock.advance(600_000);
      expect(home.carA()).toBe(0);
      expect(home.gateway.status()).toMatchObject({ posture: 'safe' });
      expect(home.gateway.status().faults).toContainEqual(expect.objectContaining({ code }));
      expect(home.gateway.acknowledgeDistrust()).toBe(true);
      await home.clock.advance(120_000);
      expect(home.carA()).toBeGreaterThanOrEqual(6);
      expect(home.gateway.acknowledgeDistrust()).toBe(false);
    },
  );

  it('lets go by itself when no forgotten limit can be in force any more', async () => {
    const memory = {
      version: 2,
      core: { loads: {}, inForce: [], held: [], excursions: [], faults: [], meters: {}, schemes: [] },
      control: { limits: [], knownIds: [] },
      distrust: { code: 'store-set-aside', subject: 'x', untilMs: 60_000 },
    };
    const home = await started({ kind: 'restored', state: { memory, runningMs: 0, utcMs: 0 } });
    expect(home.carA()).toBe(0);
    await home.clock.advance(180_000);
    expect(home.carA()).toBeGreaterThanOrEqual(6);
  });
});

describe('what people choose', () => {
  it('a boost and other hours hold from this cycle on, and over a restart', async () => {
    const home = await started();
    // A Saturday would have no hours: choose some that hold now, at any time of the week.
    const always = { days: WEEKDAYS, fromMinute: 0, untilMinute: 0, ceilingA: 0, reason: 'my own' };
    await home.clock.advance(70_000);
    expect(home.carA()).toBeGreaterThanOrEqual(6);
    const chosen = { timeZone: 'Europe/London', windows: [always] };
    expect(home.gateway.chooseAsOwner((settings) => ({ ...settings, chargingHours: chosen }))).toBe(true);
    await home.clock.advance(61_000);
    expect(home.carA()).toBe(0);
    expect(home.gateway.status().owner).toMatchObject({ hoursAre: 'chosen', hours: [{ from: '00:00' }] });
    const untilMs = home.clock.runningMs() + 600_000;
    home.gateway.chooseAsOwner((settings) =>
      withPreference(settings, { kind: 'boost', loadId: 'car', untilMs }),
    );
    await home.clock.advance(90_000);
    expect(home.carA()).toBeGreaterThanOrEqual(6);
    const memory = home.store.batches.at(-1)?.memory;
    const next = new FakeHome({
      kind: 'restored',
      state: { memory, runningMs: home.clock.runningMs(), utcMs: 0 },
    });
    next.gateway.start();
    expect(next.gateway.status().owner).toMatchObject({ hoursAre: 'chosen', boosts: [{ loadId: 'car' }] });
  });

  it('a lock-out of the scheme survives a kill and is opened by whom it may', async () => {
    const home = await started();
    home.householdA = -60;
    await home.clock.advance(70_000);
    const [scheme] = home.gateway.status().schemes;
    expect(scheme).toMatchObject({ direction: 'export', state: 3, mayHouseholderReset: true });
    const memory = home.store.batches.at(-1)?.memory;
    const next = new FakeHome({
      kind: 'restored',
      state: { memory, runningMs: home.clock.runningMs(), utcMs: 0 },
    });
    next.gateway.start();
    await next.clock.advance(3_000);
    expect(next.gateway.status().schemes).toMatchObject([{ state: 3 }]);
    expect(next.gateway.resetScheme({ by: 'householder' }).after).toMatchObject([{ direction: 'export' }]);
    expect(next.gateway.status().schemes).toMatchObject([{ state: 1 }]);
    expect(next.store.drafts('events')).toContainEqual(expect.objectContaining({ kind: 'schemeReset' }));
  });
});

describe('start and stop', () => {
  it('takes no decision to grow before the first good picture', async () => {
    const home = new FakeHome();
    home.grid.live = undefined;
    home.gateway.start();
    await home.clock.advance(2_000);
    expect(home.happenings.filter((line) => line.endsWith('widening'))).toEqual([]);
    await home.clock.advance(1_500);
    expect(home.carA()).toBe(0);
  });

  it('leaves the loads in their stated posture, never wider than they were, and writes it down', async () => {
    const home = await started();
    await home.clock.advance(20_000);
    const stopping = home.gateway.stop('test');
    await home.clock.advance(1_000);
    await stopping;
    expect(home.carA()).toBe(6);
    expect(home.store.drafts('events').at(-1)).toEqual({
      kind: 'gatewayStopped',
      posture: 'car 6 A, heater open, solar open',
    });
    home.happenings.length = 0;
    await home.clock.advance(10_000);
    expect(home.happenings).toEqual([]);
  });

  it('asks no device for anything while no cycle has finished in time, so that their watchdogs run out', async () => {
    const home = await started();
    home.clock.after(0, () => undefined);
    const { polls } = home.grid;
    await home.clock.advance(1_000);
    expect(home.grid.polls).toBeGreaterThan(polls);
    const stopped = home.gateway.stop('test');
    await home.clock.advance(100);
    await stopped;
    const after = home.grid.polls;
    await home.clock.advance(5_000);
    expect(home.grid.polls).toBe(after);
  });
});

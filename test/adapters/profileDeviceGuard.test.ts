import { describe, expect, it } from 'vitest';
import { findProfile, loadProfiles } from '../../src/profiles/loadProfiles.ts';
import { compileProfile } from '../../src/profiles/profile.ts';
import { exampleBidirectional } from '../profiles/exampleBidirectional.ts';
import { exampleProfile, profileDirectory } from '../profiles/exampleProfile.ts';
import { settle } from '../support/steppedClock.ts';
import { benchDevice, shippedProfile } from './profileDeviceBench.ts';

const FALLBACK = { currentA: 6, timeoutMs: 30_000 };
const TEN = { kind: 'setChargeCurrent', currentA: 10 } as const;
type Example = ReturnType<typeof exampleProfile>;

function profileWith(change: (profile: Example) => unknown) {
  const data = exampleProfile();
  change(data);
  const loaded = loadProfiles(profileDirectory({ 'example-one.json': data }));
  const found = findProfile(loaded, 'example-one');
  if (!found.ok) throw new Error(loaded.mistakes.map(({ message }) => message).join('; '));
  return found.profile;
}

/** A register at 110 that must hear a 1 at least every 8 s. */
function feedsRegister(profile: Example): void {
  Object.assign(profile.watchdog, { fedBy: 'register' });
  Object.assign(profile, {
    keepAlive: { everyMs: 8000, writes: [{ function: 6, address: 110, words: [1] }] },
  });
  profile.writes.push({
    function: 6,
    address: 110,
    values: [{ from: 1, to: 1 }],
    wear: 'ram',
    leastSpacingMs: 0,
  });
  profile.vectors.writes.push({
    says: 'alive',
    action: { kind: 'keepAlive' },
    requests: [{ function: 6, address: 110, values: [1] }],
  });
}

describe('the keep-alive', () => {
  const fed = (fallback = FALLBACK) => {
    const bench = benchDevice(profileWith(feedsRegister), fallback);
    bench.line.set(3, 100, 100, 60, fallback.timeoutMs / 1000);
    const beats = () => bench.line.writes().filter(({ address }) => address === 110);
    const cycles = async (seconds: number) => {
      for (let second = 0; second < seconds; second++) {
        await bench.pollFor(1);
        bench.device.keepAlive();
        await settle();
      }
    };
    return { ...bench, beats, cycles };
  };

  it('is sent with the first finished cycle and then as often as the profile says, never by a poll alone', async () => {
    const { beats, cycles, pollFor } = fed();
    await pollFor(30);
    expect(beats()).toHaveLength(0);
    await cycles(33);
    expect(beats().map(({ atMs }) => (atMs - (beats()[0]?.atMs ?? 0)) / 1000)).toEqual([0, 7, 14, 21, 28]);
    expect(beats()[0]).toMatchObject({ functionCode: 6, values: [1], priority: 'refresh' });
  });

  it('is sent in half of the time-out that the device has where that is sooner', async () => {
    const { beats, cycles } = fed({ currentA: 6, timeoutMs: 6000 });
    await cycles(10);
    expect(beats()).toHaveLength(4);
  });

  it('is tried again with the next cycle when it was lost, and not while the unit is lost', async () => {
    const { beats, cycles, line } = fed();
    await cycles(1);
    line.refuses = ({ address }) => address === 110;
    await cycles(9);
    const tried = beats().length;
    expect(tried).toBeGreaterThan(3);
    line.refuses = () => false;
    line.fault = 'device-timeout';
    await cycles(20);
    const whileSilent = beats().length;
    await cycles(60);
    expect(beats()).toHaveLength(whileSilent);
  });

  it('is not sent before the device was met, nor after it was closed', async () => {
    const { device, beats, clock } = fed();
    device.keepAlive();
    await settle();
    expect(beats()).toHaveLength(0);
    await device.close();
    device.keepAlive();
    await clock.advance(60_000);
    expect(beats()).toHaveLength(0);
  });
});

describe('a set-point that feeds the watchdog', () => {
  it('is to be repeated in half of the time-out', () => {
    const profile = profileWith((data) => {
      Object.assign(data.watchdog, { fedBy: 'write' });
      Object.assign(data.writes[0] ?? {}, { wear: 'ram' });
    });
    expect(benchDevice(profile, FALLBACK).device.traits.refreshEveryMs).toBe(15_000);
    expect(benchDevice(profile).device.traits.refreshEveryMs).toBeUndefined();
  });

  it('is not repeated where any frame feeds it', () => {
    expect(
      benchDevice(
        profileWith(() => {}),
        FALLBACK,
      ).device.traits.refreshEveryMs,
    ).toBeUndefined();
  });
});

describe('the auditor of the fall-back', () => {
  it('tells what it knows: nothing yet, verified when it was read, failed with what is wrong', async () => {
    const { device, line, pollFor } = benchDevice(shippedProfile('heidelberg-energy-control'), FALLBACK);
    expect(device.report().fallback).toEqual({ state: 'notYetVerified' });
    await pollFor(3);
    expect(device.report().fallback).toMatchObject({ state: 'verified', settings: FALLBACK });
    line.readBackAt.delete(262);
    line.set(3, 262, 160);
    await pollFor(40);
    const failed = device.report();
    expect(failed.fallback).toMatchObject({ state: 'failed' });
    expect(failed.fallback.state === 'failed' && failed.fallback.detail).toContain('reads back 16 A');
    expect(failed.drifts).toBe(1);
  });

  it('has nothing to look at where the device has none, or nobody wants one', () => {
    expect(benchDevice(shippedProfile('waveshare-relay-8')).device.report().fallback).toEqual({
      state: 'none',
    });
    expect(benchDevice(shippedProfile('keba-p30')).device.report().fallback).toEqual({ state: 'none' });
  });

  it('looks again at least once a minute, however slow the block of the settings is', async () => {
    const profile = profileWith((data) => Object.assign(data.blocks.settings, { cadenceMs: 3_600_000 }));
    const { device, line, pollFor } = benchDevice(profile, FALLBACK);
    line.set(3, 100, 100, 60, 30);
    await pollFor(3);
    line.set(3, 101, 160);
    await pollFor(63);
    expect(device.report().drifts).toBe(1);
    expect(line.registers.get('3:101')).toBe(60);
  });

  it('counts each drift and puts it right', async () => {
    const { device, line, pollFor } = benchDevice(shippedProfile('heidelberg-energy-control'), FALLBACK);
    await pollFor(3);
    for (const drift of [1, 2]) {
      line.set(3, 262, 160);
      await pollFor(10);
      expect(device.report().drifts).toBe(drift);
      expect(line.registers.get('3:262')).toBe(60);
    }
  });
});

describe('the report of a device', () => {
  it('counts the writes of each register, and how much of its budget a register that wears has had', async () => {
    const { device, line } = benchDevice(profileWith(() => {}));
    line.set(3, 100, 100, 60, 30);
    await device.apply(TEN, 'narrowing');
    await device.apply(TEN, 'narrowing');
    await device.secureFallback({ currentA: 8, timeoutMs: 30_000 });
    expect(device.report().writes).toEqual([
      { functionCode: 16, address: 100, writes: 2, wear: { writesInDay: 2, dailyBudget: 3 } },
      { functionCode: 16, address: 101, writes: 1, wear: { writesInDay: 1, dailyBudget: 10 } },
      { functionCode: 16, address: 102, writes: 1, wear: { writesInDay: 1, dailyBudget: 10 } },
    ]);
  });

  it('says how the contact is', async () => {
    const { device, line, pollFor } = benchDevice(shippedProfile('waveshare-relay-8'));
    expect(device.report()).toMatchObject({ contact: 'notYet', contacts: 0, deviceId: 'bench' });
    await pollFor(1);
    expect(device.report()).toMatchObject({ contact: 'answering', contacts: 1 });
    line.fault = 'device-timeout';
    await pollFor(1);
    expect(device.report()).toMatchObject({ contact: 'glitch', fault: 'device-timeout' });
    await pollFor(5);
    expect(device.report()).toMatchObject({ contact: 'lost', fault: 'device-timeout' });
    line.fault = undefined;
    await pollFor(5);
    expect(device.report()).toMatchObject({ contact: 'answering', contacts: 2 });
    expect(device.report().fault).toBeUndefined();
  });
});

describe('commands of several writes', () => {
  const paused = () =>
    profileWith((data) => {
      const to = (word: number) => [{ function: 16, address: 103, words: [word] }];
      Object.assign(data.commands.setChargeCurrent ?? {}, { pause: to(2), resume: to(1) });
      const values = [{ from: 1, to: 2 }];
      data.writes.push({ function: 16, address: 103, values, wear: 'ram', leastSpacingMs: 0 });
    });

  it('end where a narrowing comes: its pause is not undone by an older "resume"', async () => {
    const { device, line, clock } = benchDevice(paused());
    line.hold = ({ priority }) =>
      priority === 'widening' ? new Promise((resolve) => clock.after(300, resolve)) : undefined;
    const widening = device.apply(TEN, 'widening');
    await settle();
    const pause = { kind: 'setChargeCurrent', currentA: 0 } as const;
    expect(await device.apply(pause, 'narrowing')).toEqual({ ok: true });
    await clock.advance(1000);
    expect(await widening).toMatchObject({ ok: false, fault: 'write-refused' });
    const sent = line.writes().map(({ address, values }) => [address, values?.[0]]);
    expect(sent).not.toContainEqual([103, 1]);
    expect(sent.slice(-2)).toEqual([
      [103, 2],
      [100, 0],
    ]);
  });
});

describe('the phases of a charge point', () => {
  const ONE = { kind: 'setPhases', phases: 1 } as const;

  it('are written as a whole at the pace of the maker, however soon after the pause, and read back with the next sweep', async () => {
    const { device, line, clock, pollFor } = benchDevice(shippedProfile('keba-p30'));
    await pollFor(20);
    const pause = { kind: 'setChargeCurrent', currentA: 0 } as const;
    expect(await device.apply(pause, 'narrowing')).toEqual({ ok: true });
    const from = clock.runningMs();
    const switching = device.apply(ONE, 'widening');
    await clock.advance(12_000);
    expect(await switching).toEqual({ ok: true });
    const sent = line.writes().map(({ address, values, atMs }) => [atMs - from, address, values?.[0]]);
    expect(sent.slice(-2)).toEqual([
      [5_000, 5050, 3],
      [10_000, 5052, 0],
    ]);
    const before = line.seen.length;
    await pollFor(3);
    expect(line.seen.slice(before, before + 2).map(({ address }) => address)).toContain(1552);
  });

  it('are not sent to their end when the device is closed in between', async () => {
    const { device, line, clock } = benchDevice(shippedProfile('keba-p30'));
    const switching = device.apply(ONE, 'widening');
    await clock.advance(1_000);
    await device.close();
    expect(await switching).toMatchObject({ ok: false, fault: 'device-offline' });
    expect(line.writes().map(({ address }) => address)).not.toContain(5052);
  });
});

describe('blocks that the maker allows to be read together', () => {
  const joinable = () =>
    profileWith((data) => {
      Object.assign(data.timing, { readsAcrossGaps: true });
      Object.assign(data.blocks.state, { cadenceMs: 1000 });
    });

  it('are one request while they are due together', async () => {
    const { line, pollFor } = benchDevice(joinable());
    line.set(3, 16, 2000, 0);
    line.set(3, 40, 2);
    const readings = await pollFor(3);
    expect(line.reads().map(({ address, count }) => [address, count])).toEqual([
      [16, 87],
      [16, 25],
      [16, 25],
    ]);
    expect(readings).toMatchObject({ chargingState: { value: 'C' }, 'phaseCurrentA.L1': { value: -2 } });
  });

  it('are read one by one where this device refuses it, within the same sweep', async () => {
    const { line, pollFor } = benchDevice(joinable());
    line.set(3, 40, 2);
    line.refuses = ({ count }) => count > 10;
    const readings = await pollFor(1);
    expect(line.reads().map(({ address }) => address)).toEqual([16, 16, 40, 100]);
    expect(readings).toMatchObject({ chargingState: { value: 'C' } });
    await pollFor(3);
    expect(line.reads().filter(({ count }) => count > 10)).toHaveLength(1);
  });
});

describe('a bidirectional charge point', () => {
  /** It discharges with 5 kW. */
  const discharging = async () => {
    const bench = benchDevice(compileProfile('example-two', exampleBidirectional()));
    bench.line.set(3, 526, 0xec78);
    await bench.pollFor(1);
    const lastSetpointW = () => {
      const raw = bench.line.writes().findLast(({ address }) => address === 260)?.values?.[0] ?? 0;
      return (raw << 16) >> 16;
    };
    return { ...bench, lastSetpointW };
  };

  it('keeps the limit of its other side when one of them changes, also when that could not be written', async () => {
    const { device, line, lastSetpointW } = await discharging();
    line.refuses = ({ values }) => values !== undefined;
    const limited = await device.apply({ kind: 'setPowerLimit', powerW: 2000 }, 'narrowing');
    expect(limited).toMatchObject({ ok: false, fault: 'device-exception' });
    line.refuses = () => false;
    expect(await device.apply(TEN, 'narrowing')).toEqual({ ok: true });
    expect(lastSetpointW()).toBe(-2000);
  });

  it('can tell apart what its register can', async () => {
    const { device } = await discharging();
    expect(device.traits.setpointStepA).toBe(1 / 230);
  });

  it('believes a limit widened only when that was written', async () => {
    const { device, line, lastSetpointW } = await discharging();
    await device.apply({ kind: 'setPowerLimit', powerW: 2000 }, 'narrowing');
    line.refuses = ({ values }) => values !== undefined;
    await device.apply({ kind: 'setPowerLimit', powerW: 3000 }, 'widening');
    line.refuses = () => false;
    await device.apply(TEN, 'narrowing');
    expect(lastSetpointW()).toBe(-2000);
    await device.apply({ kind: 'setPowerLimit', powerW: 3000 }, 'widening');
    await device.apply(TEN, 'narrowing');
    expect(lastSetpointW()).toBe(-3000);
  });
});

describe('the preparation', () => {
  /** Settings at 120 and a coil at 7, kept in memory that wears, or not. */
  const prepared = (wear: 'kept' | 'ram') => (profile: Example) => {
    const prepare = [
      { function: 6, address: 120, word: 30, why: 'the safety timer is off as delivered' },
      { function: 5, address: 7, word: '0xFF00', why: 'the output is let go' },
    ];
    Object.assign(profile, { prepare });
    for (const { function: code, address, word } of prepare)
      profile.writes.push({
        function: code,
        address,
        values: [{ from: word, to: word }],
        wear,
        leastSpacingMs: 0,
        ...(wear === 'kept' ? { dailyBudget: 10 } : {}),
      } as unknown as Example['writes'][number]);
  };
  const meet = async (wear: 'kept' | 'ram') => {
    const bench = benchDevice(profileWith(prepared(wear)));
    const preparations = () =>
      bench.line
        .writes()
        .filter(({ address }) => address === 120 || address === 7)
        .map(({ address, values }) => [address, values?.[0]]);
    const lose = async () => {
      bench.line.fault = 'device-timeout';
      await bench.pollFor(8);
      bench.line.fault = undefined;
      await bench.pollFor(8);
    };
    return { ...bench, preparations, lose };
  };

  it('in memory that wears is compared, and written only where it differs, however often contact is lost', async () => {
    const { line, pollFor, preparations, lose } = await meet('kept');
    line.set(1, 7, 1);
    await pollFor(3);
    expect(preparations()).toEqual([[120, 30]]);
    line.set(3, 120, 30);
    for (let loss = 0; loss < 20; loss++) await lose();
    expect(preparations()).toEqual([[120, 30]]);
    line.set(1, 7, 0);
    await lose();
    expect(preparations()).toEqual([
      [120, 30],
      [7, 0xff00],
    ]);
  });

  it('that cannot be read is written', async () => {
    const { line, pollFor, preparations } = await meet('kept');
    line.refuses = ({ address, values }) => values === undefined && address === 120;
    await pollFor(3);
    expect(preparations()).toEqual([
      [120, 30],
      [7, 0xff00],
    ]);
  });

  it('is not overtaken by the keep-alive', async () => {
    const bench = benchDevice(
      profileWith((profile) => {
        feedsRegister(profile);
        Object.assign(profile, { prepare: [{ function: 6, address: 110, word: 1, why: 'it must live' }] });
      }),
    );
    const beats = () => bench.line.writes().filter(({ address }) => address === 110);
    let release = () => {};
    bench.line.hold = ({ address }) =>
      address === 110 ? new Promise((resolve) => (release = resolve)) : undefined;
    await bench.pollFor(2);
    bench.device.keepAlive();
    await settle();
    bench.line.hold = () => undefined;
    release();
    await settle();
    expect(beats()).toHaveLength(1);
    bench.device.keepAlive();
    await settle();
    expect(beats()).toHaveLength(2);
  });

  it('in memory that does not wear is written at each contact', async () => {
    const { line, pollFor, preparations, lose } = await meet('ram');
    line.set(3, 120, 30);
    line.set(1, 7, 1);
    await pollFor(3);
    await lose();
    expect(preparations()).toEqual([
      [120, 30],
      [7, 0xff00],
      [120, 30],
      [7, 0xff00],
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { createProfileDevice } from '../../src/adapters/modbus/profileDevice.ts';
import { findProfile, loadProfiles } from '../../src/profiles/loadProfiles.ts';
import { exampleProfile, profileDirectory } from '../profiles/exampleProfile.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { SteppedClock, settle } from '../support/steppedClock.ts';
import { benchDevice, ScriptedLine, shippedProfile } from './profileDeviceBench.ts';

const SIXTEEN = { kind: 'setChargeCurrent', currentA: 16 } as const;
const TEN = { kind: 'setChargeCurrent', currentA: 10 } as const;
const FALLBACK = { currentA: 6, timeoutMs: 30_000 };

function profileFromFile(change: (profile: ReturnType<typeof exampleProfile>) => void = () => {}) {
  const data = exampleProfile();
  change(data);
  const found = findProfile(loadProfiles(profileDirectory({ 'example-one.json': data })), 'example-one');
  if (!found.ok) throw new Error(found.message);
  return found.profile;
}

describe('writing by the profile', () => {
  it('promises what the gateway must know for its own timing', () => {
    const traits = (id: string) => benchDevice(shippedProfile(id)).device.traits;
    expect(traits('keba-p30')).toEqual({ writeSpacingMs: 5000, setpointStepA: 0.001 });
    expect(traits('heidelberg-energy-control')).toEqual({ writeSpacingMs: 20_000, setpointStepA: 0.1 });
    expect(traits('waveshare-relay-8')).toMatchObject({ refreshEveryMs: 20_000, writeSpacingMs: 0 });
  });

  it('sends the raw request with the priority of its effect', async () => {
    const { device, line } = benchDevice(shippedProfile('waveshare-relay-8'));
    const close = { kind: 'setSwitch', relayChannel: 2, position: 'closed' } as const;
    expect(await device.apply(close, 'widening')).toEqual({ ok: true });
    expect(line.seen).toMatchObject([
      { unit: 9, functionCode: 5, address: 0x0201, count: 1, values: [600], priority: 'widening' },
    ]);
  });

  it('reads the set-point back before anything else', async () => {
    const { device, line, clock, pollFor } = benchDevice(shippedProfile('keba-p30'));
    await pollFor(10);
    await device.apply(TEN, 'narrowing');
    line.seen.length = 0;
    const polled = device.poll();
    await clock.advance(1000);
    expect(line.reads()[0]?.address).toBe(1100);
    expect((await polled).setpointA).toMatchObject({ state: 'measured', value: 10 });
  });

  it('reads the set-point back again when the first try got no answer, and after a glitch', async () => {
    const { device, line, pollFor } = benchDevice(shippedProfile('keba-p30'));
    await pollFor(10);
    await device.apply(TEN, 'narrowing');
    line.fault = 'device-timeout';
    await pollFor(1);
    line.fault = undefined;
    line.seen.length = 0;
    await pollFor(1);
    expect(line.reads()[0]?.address).toBe(1100);
    line.seen.length = 0;
    await pollFor(1);
    expect(line.reads()[0]?.address).toBe(1100);
  });

  it('counts writes without an answer as silence: what the unit said before is no longer known', async () => {
    const { device, line, pollFor } = benchDevice(shippedProfile('waveshare-relay-8'));
    await pollFor(1);
    line.fault = 'device-timeout';
    const open = { kind: 'setSwitch', relayChannel: 1, position: 'open' } as const;
    for (let attempt = 0; attempt < 4; attempt++) await device.apply(open, 'narrowing');
    line.seen.length = 0;
    const readings = await device.poll();
    expect(line.seen).toEqual([]);
    expect(readings['relayClosed.1']).toMatchObject({ state: 'unknown', fault: 'device-timeout' });
  });

  it('sends nothing that the device has not or the allow-list does not name', async () => {
    const { device, line } = benchDevice(shippedProfile('waveshare-relay-8'));
    const refused = { ok: false, fault: 'write-refused' };
    expect(await device.apply(TEN, 'narrowing')).toMatchObject(refused);
    const ninth = { kind: 'setSwitch', relayChannel: 9, position: 'open' } as const;
    expect(await device.apply(ninth, 'narrowing')).toMatchObject(refused);
    expect(line.seen).toEqual([]);
  });

  it('hands the fault of the line back', async () => {
    const { device, line } = benchDevice(shippedProfile('keba-p30'));
    line.refuses = () => true;
    expect(await device.apply(TEN, 'narrowing')).toEqual({
      ok: false,
      fault: 'device-exception',
      detail: 'exception 2',
    });
  });

  it('spaces widening writes as the maker wants and never holds a narrowing back', async () => {
    const { device, line, clock } = benchDevice(shippedProfile('heidelberg-energy-control'));
    expect(await device.apply(TEN, 'widening')).toEqual({ ok: true });
    await clock.advance(5000);
    const early = await device.apply(SIXTEEN, 'widening');
    expect(early).toMatchObject({ ok: false, fault: 'write-refused' });
    expect(early.ok ? '' : early.detail).toContain('15000 ms too early');
    expect(await device.apply({ kind: 'setChargeCurrent', currentA: 6 }, 'narrowing')).toEqual({ ok: true });
    await clock.advance(19_500);
    const waiting = device.apply(SIXTEEN, 'widening');
    await settle();
    expect(line.writes()).toHaveLength(2);
    await clock.advance(500);
    expect(await waiting).toEqual({ ok: true });
    expect(line.writes().map(({ values }) => values)).toEqual([[100], [60], [160]]);
  });

  it('drops a widening that waits when a narrowing comes', async () => {
    const { device, line, clock } = benchDevice(shippedProfile('heidelberg-energy-control'));
    await device.apply(TEN, 'widening');
    await clock.advance(19_200);
    const waiting = device.apply(SIXTEEN, 'widening');
    await settle();
    expect(await device.apply({ kind: 'setChargeCurrent', currentA: 0 }, 'narrowing')).toEqual({ ok: true });
    await clock.advance(2000);
    expect(await waiting).toMatchObject({ ok: false, fault: 'write-refused' });
    expect(line.writes().map(({ values }) => values)).toEqual([[100], [0]]);
  });

  it('says a narrowing again when it overtook a widening on the line', async () => {
    const { device, line, clock } = benchDevice(shippedProfile('keba-p30'));
    line.hold = ({ priority }) =>
      priority === 'widening' ? new Promise((resolve) => clock.after(300, resolve)) : undefined;
    const widening = device.apply(SIXTEEN, 'widening');
    await settle();
    expect(await device.apply(TEN, 'narrowing')).toEqual({ ok: true });
    await clock.advance(300);
    expect(await widening).toMatchObject({ ok: false });
    expect(line.writes().map(({ values }) => values)).toEqual([[10_000], [16_000], [10_000]]);
    expect(line.registers.get('3:1101')).toBe(10_000);
  });

  it('keeps the channels of a relay apart', async () => {
    const { device, line, clock } = benchDevice(shippedProfile('waveshare-relay-8'));
    line.hold = ({ priority }) =>
      priority === 'widening' ? new Promise((resolve) => clock.after(300, resolve)) : undefined;
    const closing = device.apply({ kind: 'setSwitch', relayChannel: 1, position: 'closed' }, 'widening');
    await device.apply({ kind: 'setSwitch', relayChannel: 2, position: 'open' }, 'narrowing');
    await clock.advance(300);
    expect(await closing).toEqual({ ok: true });
    expect(line.writes().map(({ address }) => address)).toEqual([1, 0x0200]);
  });

  it('tries a narrowing at once even while the unit rests, and nothing else', async () => {
    const { device, line, clock } = benchDevice(shippedProfile('waveshare-relay-8'));
    line.fault = 'device-timeout';
    for (let second = 0; second < 4; second++) {
      await device.poll();
      await clock.advance(1000);
    }
    line.seen.length = 0;
    const open = { kind: 'setSwitch', relayChannel: 1, position: 'open' } as const;
    for (const effect of ['widening', 'refresh'] as const) {
      expect(await device.apply(open, effect)).toMatchObject({ ok: false, fault: 'device-timeout' });
    }
    expect(line.seen).toHaveLength(0);
    expect(await device.apply(open, 'narrowing')).toMatchObject({ ok: false, fault: 'device-timeout' });
    expect(line.seen).toHaveLength(1);
    line.fault = undefined;
    expect(await device.apply(open, 'narrowing')).toEqual({ ok: true });
    await device.poll();
    expect(line.reads()).toHaveLength(1);
  });

  it('does not rest longer for a narrowing that was tried in vain', async () => {
    const { device, line, clock, pollFor } = benchDevice(shippedProfile('waveshare-relay-8'));
    line.fault = 'device-timeout';
    await pollFor(4);
    await clock.advance(500);
    await device.apply({ kind: 'setSwitch', relayChannel: 1, position: 'open' }, 'narrowing');
    line.seen.length = 0;
    await clock.advance(500);
    await device.poll();
    expect(line.reads()).toHaveLength(1);
  });

  it('is silent after it was closed', async () => {
    const { device, line, clock } = benchDevice(shippedProfile('keba-p30'), FALLBACK);
    const polled = device.poll();
    await settle();
    const closing = device.close();
    await clock.advance(0);
    await Promise.all([polled, closing]);
    line.seen.length = 0;
    await device.poll();
    expect(await device.apply(TEN, 'narrowing')).toMatchObject({ ok: false, fault: 'device-offline' });
    await clock.advance(60_000);
    expect(line.seen).toEqual([]);
  });
});

describe('a device that is given as a file alone', () => {
  it('is read and written, low word first, without any source naming it', async () => {
    const { device, line, pollFor } = benchDevice(profileFromFile());
    line.set(3, 16, 2000, 0, 1800, 0, 0, 0);
    line.set(3, 100, 100, 60, 30);
    const readings = await pollFor(2);
    expect(readings['phaseCurrentA.L1']).toMatchObject({ value: -2 });
    expect(readings).toMatchObject({ totalEnergyWh: { value: 5 }, setpointA: { value: 10 } });
    expect(await device.apply({ kind: 'setChargeCurrent', currentA: 10.9 }, 'widening')).toEqual({
      ok: true,
    });
    expect(line.writes()).toMatchObject([{ functionCode: 16, address: 100, count: 1, values: [105] }]);
  });

  it('has a daily budget for a register that wears, from which only a narrowing is exempt', async () => {
    const { device, line, clock } = benchDevice(profileFromFile());
    for (let write = 0; write < 3; write++) {
      expect(await device.apply(TEN, 'refresh')).toEqual({ ok: true });
      await clock.advance(20_000);
    }
    const spent = await device.apply(TEN, 'widening');
    expect(spent).toMatchObject({ ok: false, fault: 'write-refused' });
    expect(spent.ok ? '' : spent.detail).toContain('writes of the day are used up');
    expect(await device.apply({ kind: 'setChargeCurrent', currentA: 0 }, 'narrowing')).toEqual({ ok: true });
    expect(line.writes()).toHaveLength(4);
    await clock.advance(86_400_000);
    expect(await device.apply(TEN, 'widening')).toEqual({ ok: true });
  });

  it('writes fall-back settings that wear only when they differ', async () => {
    const { device, line } = benchDevice(profileFromFile());
    line.set(3, 100, 100, 60, 30);
    expect(await device.secureFallback(FALLBACK)).toEqual({ ok: true });
    expect(line.writes()).toEqual([]);
    expect(await device.secureFallback({ currentA: 8, timeoutMs: 30_000 })).toEqual({ ok: true });
    expect(line.writes().map(({ address, values }) => [address, values?.[0]])).toEqual([
      [101, 80],
      [102, 30],
    ]);
  });
});

describe('the fall-back settings', () => {
  it('are written and read back at first contact, without waiting for the pace of the maker', async () => {
    const { line, pollFor } = benchDevice(shippedProfile('keba-p30'), FALLBACK);
    const readings = await pollFor(9);
    const writes = line.writes();
    expect(writes.map(({ address, values }) => [address, values?.[0]])).toEqual([
      [5016, 6000],
      [5018, 30],
    ]);
    // A gateway that dies between the two would leave the charge point unguarded.
    expect((writes[1]?.atMs ?? 0) - (writes[0]?.atMs ?? 0)).toBeLessThan(1000);
    expect(readings).toMatchObject({ fallbackCurrentA: { value: 6 }, fallbackTimeoutMs: { value: 30_000 } });
    await pollFor(300);
    expect(line.writes()).toHaveLength(2);
  });

  it('are written again after the device was away, with the preparation that it wants', async () => {
    const { line, pollFor } = benchDevice(shippedProfile('heidelberg-energy-control'), FALLBACK);
    await pollFor(3);
    const settings = [
      [258, 4],
      [262, 60],
      [257, 30_000],
    ];
    const written = () => line.writes().map(({ address, values }) => [address, values?.[0]]);
    expect(written()).toEqual(settings);
    line.fault = 'device-timeout';
    await pollFor(20);
    line.fault = undefined;
    line.set(3, 262, 0);
    line.set(3, 257, 15_000);
    const readings = await pollFor(20);
    expect(written()).toEqual([...settings, ...settings]);
    expect(readings).toMatchObject({ fallbackCurrentA: { value: 6 }, fallbackTimeoutMs: { value: 30_000 } });
  });

  it('are looked at after a single missed answer: it may have been a reboot with defaults', async () => {
    const { line, pollFor, log } = benchDevice(shippedProfile('heidelberg-energy-control'), FALLBACK);
    await pollFor(3);
    line.fault = 'device-timeout';
    await pollFor(1);
    line.fault = undefined;
    line.set(3, 257, 15_000);
    await pollFor(3);
    expect(line.registers.get('3:257')).toBe(30_000);
    expect(
      log.lines.some(({ message }) => message.startsWith('The device lost its fall-back settings')),
    ).toBe(true);
  });

  it('are written again when the device reports others for no known reason', async () => {
    const { line, pollFor } = benchDevice(shippedProfile('heidelberg-energy-control'), FALLBACK);
    await pollFor(3);
    line.set(3, 262, 160);
    const readings = await pollFor(6);
    expect(readings.fallbackCurrentA).toMatchObject({ value: 6 });
  });

  it('that do not hold are a fault, tried again every half minute and not each second', async () => {
    const { device, line, pollFor } = benchDevice(shippedProfile('heidelberg-energy-control'), FALLBACK);
    line.readBackAt.delete(262);
    await pollFor(60);
    expect(line.writes().filter(({ address }) => address === 262)).toHaveLength(2);
    const result = await device.secureFallback(FALLBACK);
    expect(result).toMatchObject({ ok: false, fault: 'fallback-not-set' });
    expect(result.ok ? '' : result.detail).toContain(
      'expected 6 A after 30000 ms, the device reads back 0 A',
    );
  });

  it('follow the newest wish, also while others are still being written', async () => {
    const { device, line, clock, pollFor } = benchDevice(shippedProfile('keba-p30'), FALLBACK);
    await pollFor(2);
    const secured = device.secureFallback({ currentA: 10, timeoutMs: 60_000 });
    await clock.advance(30_000);
    expect(await secured).toEqual({ ok: true });
    expect(line.registers.get('3:1601')).toBe(10_000);
    expect(line.registers.get('3:1603')).toBe(60);
  });

  it('are refused where the device has none or cannot hold them', async () => {
    const relay = benchDevice(shippedProfile('waveshare-relay-8')).device;
    expect(await relay.secureFallback(FALLBACK)).toMatchObject({ ok: false, fault: 'write-refused' });
    const keba = benchDevice(shippedProfile('keba-p30')).device;
    const off = { currentA: 6, timeoutMs: 0 };
    expect(await keba.secureFallback(off)).toMatchObject({ ok: false, fault: 'write-refused' });
  });

  it('can be secured before the first poll, and are not written twice', async () => {
    const clock = new SteppedClock();
    const line = new ScriptedLine(clock);
    line.readBackAt.set(262, '3:262').set(257, '3:257');
    const profile = shippedProfile('heidelberg-energy-control');
    const device = createProfileDevice({
      deviceId: 'one',
      profile,
      unit: 1,
      line,
      clock,
      log: new RecordingLog(),
    });
    expect(await device.secureFallback(FALLBACK)).toEqual({ ok: true });
    await device.poll();
    await clock.advance(1000);
    await device.poll();
    expect(line.writes()).toHaveLength(3);
  });
});

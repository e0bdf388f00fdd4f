import { describe, expect, it } from 'vitest';
import { findProfile, loadProfiles } from '../../src/profiles/loadProfiles.ts';
import { exampleInverter } from '../profiles/exampleInverter.ts';
import { profileDirectory } from '../profiles/exampleProfile.ts';
import { benchDevice, type ScriptedLine } from './profileDeviceBench.ts';

function inverterProfile(change: (profile: ReturnType<typeof exampleInverter>) => unknown = () => {}) {
  const data = exampleInverter();
  change(data);
  const loaded = loadProfiles(profileDirectory({ 'example-inverter.json': data }));
  const found = findProfile(loaded, 'example-inverter');
  if (!found.ok) throw new Error(found.message);
  return found.profile;
}

/** Writes a chain into the line's unit and gives the place of each model. */
function chain(line: ScriptedLine, models: readonly (readonly [number, number])[]): Map<number, number> {
  line.set(3, 40_000, 0x5375, 0x6e53);
  const places = new Map<number, number>();
  let next = 40_002;
  for (const [id, length] of models) {
    line.set(3, next, id, length);
    places.set(id, next);
    next += 2 + length;
  }
  line.set(3, next, 0xffff, 0);
  return places;
}

const USUAL = [
  [1, 66],
  [103, 50],
  [121, 30],
  [123, 24],
] as const;

/** 5000 W, producing 3000 W, limit in hundredths of a per cent, not limited. */
function fill(line: ScriptedLine, places: ReadonlyMap<number, number>): void {
  const at = (id: number) => places.get(id) ?? Number.NaN;
  line.set(3, at(103) + 14, 3000, 0);
  line.set(3, at(121) + 2, 5000);
  line.set(3, at(121) + 22, 0);
  line.set(3, at(123) + 5, 10_000, 0, 60, 0, 0);
  line.set(3, at(123) + 23, 0xfffe);
}

function benchInverter(change?: Parameters<typeof inverterProfile>[0]) {
  const bench = benchDevice(inverterProfile(change));
  const places = chain(bench.line, USUAL);
  fill(bench.line, places);
  return { ...bench, places };
}

const LIMIT = { kind: 'setPowerLimit', powerW: 2500 } as const;

describe('a SunSpec device', () => {
  it('is read where its models lie, in both directions of sign and with its scale factors', async () => {
    const { pollFor, line } = benchInverter();
    const readings = await pollFor(2);
    expect(readings).toMatchObject({
      totalPowerW: { value: -3000 },
      ratedPowerW: { value: 5000 },
      powerLimitW: { value: 5000 },
    });
    expect(line.reads()[0]).toMatchObject({ address: 40_000, count: 2 });
    for (const { count } of line.reads()) expect(count).toBeLessThanOrEqual(125);
  });

  it('is walked once, and again after each loss of contact: a new firmware may have moved its models', async () => {
    const { pollFor, line } = benchInverter();
    await pollFor(5);
    const walks = () => line.reads().filter(({ address }) => address === 40_000).length;
    expect(walks()).toBe(1);
    line.fault = 'device-timeout';
    await pollFor(10);
    line.fault = undefined;
    line.registers.clear();
    const moved = chain(line, [
      [1, 66],
      [64_010, 9],
      [123, 24],
      [121, 30],
      [102, 50],
    ]);
    fill(line, new Map([...moved, [103, moved.get(102) ?? 0]]));
    const back = await pollFor(6);
    expect(walks()).toBeGreaterThan(1);
    expect(back).toMatchObject({ totalPowerW: { value: -3000 }, powerLimitW: { value: 5000 } });
  });

  it('costs its line one time-out per sweep while it is silent', async () => {
    const { device, line } = benchInverter();
    line.fault = 'device-timeout';
    await device.poll();
    expect(line.seen).toHaveLength(1);
  });

  it('has no points of a model that is not there, and refuses the commands that need it', async () => {
    const bench = benchDevice(inverterProfile());
    fill(bench.line, chain(bench.line, USUAL.slice(0, 3)));
    const readings = await bench.pollFor(2);
    expect(readings.powerLimitW).toEqual({ state: 'absent' });
    expect(readings.totalPowerW).toMatchObject({ value: -3000 });
    const refused = await bench.device.apply({ kind: 'setPowerLimit', powerW: 0 }, 'narrowing');
    expect(refused).toMatchObject({ ok: false, fault: 'write-refused' });
    expect(refused.ok ? '' : refused.detail).toContain('no SunSpec model 123');
    expect(bench.line.writes()).toEqual([]);
  });

  it('takes a narrowing before its first poll: it is walked for it, and nothing waits', async () => {
    const { device, line, places } = benchInverter((profile) => {
      profile.timing.readSpacingMs = 500;
    });
    expect(await device.apply({ kind: 'setPowerLimit', powerW: 0 }, 'narrowing')).toEqual({ ok: true });
    expect(line.writes()).toMatchObject([
      { functionCode: 16, address: (places.get(123) ?? 0) + 5, values: [0, 0, 60, 0, 1] },
    ]);
    for (const { priority } of line.seen) expect(priority).toBe('narrowing');
  });

  it('is limited to what was asked, rounded down, and handed back as it was found', async () => {
    const { device, line, pollFor, places } = benchInverter();
    expect(await device.apply(LIMIT, 'narrowing')).toMatchObject({ ok: false, fault: 'write-refused' });
    await pollFor(2);
    expect(await device.apply({ ...LIMIT, powerW: 2500.4 }, 'narrowing')).toEqual({ ok: true });
    expect(await device.apply({ kind: 'setPowerLimit' }, 'widening')).toEqual({ ok: true });
    const base = places.get(123) ?? 0;
    expect(line.writes().map(({ address, values }) => [address - base, values])).toEqual([
      [5, [5000, 0, 60, 0, 1]],
      [9, [0]],
    ]);
    line.seen.length = 0;
    await pollFor(1);
    expect(line.reads().some(({ address }) => address === base + 2)).toBe(true);
  });

  it('whose limit ends by itself is to be told again in half of that time', () => {
    expect(benchInverter().device.traits.refreshEveryMs).toBe(30_000);
    const sooner = benchInverter((profile) => Object.assign(profile, { refreshEveryMs: 20_000 }));
    expect(sooner.device.traits.refreshEveryMs).toBe(20_000);
  });
});

const REQUIRES = [
  { function: 3, model: [123], address: 1, type: 'u16', is: [24], why: 'Update the inverter to firmware 3.' },
  {
    function: 3,
    model: [1],
    address: 2,
    type: 'u16',
    isNot: [0],
    why: 'Switch Modbus control on in its menu.',
  },
];

describe('a device that is not set up as its profile needs it', () => {
  it('is neither believed nor written to, and says why', async () => {
    const { pollFor, device, line, log } = benchInverter((profile) => profile.requires.push(...REQUIRES));
    const readings = await pollFor(3);
    for (const point of ['totalPowerW', 'ratedPowerW', 'powerLimitW'] as const)
      expect(readings[point]).toMatchObject({ state: 'unknown', fault: 'device-unfit' });
    expect(await device.apply({ kind: 'setPowerLimit', powerW: 0 }, 'narrowing')).toEqual({
      ok: false,
      fault: 'device-unfit',
      detail: 'Switch Modbus control on in its menu.',
    });
    expect(line.writes()).toEqual([]);
    expect(device.report()).toMatchObject({
      contact: 'answering',
      unfit: 'Switch Modbus control on in its menu.',
    });
    expect(log.lines.filter(({ message }) => message.includes('unfit'))).toHaveLength(1);
  });

  it('is looked at again each half minute, and used once it is put right', async () => {
    const { pollFor, device, line } = benchInverter((profile) => profile.requires.push(...REQUIRES));
    await pollFor(60);
    expect(line.reads().filter(({ address }) => address === 40_000)).toHaveLength(2);
    line.set(3, 40_004, 0x4142);
    const readings = await pollFor(31);
    expect(readings.totalPowerW).toMatchObject({ state: 'measured', value: -3000 });
    expect(device.report().unfit).toBeUndefined();
    expect(await device.apply({ kind: 'setPowerLimit', powerW: 0 }, 'narrowing')).toEqual({ ok: true });
  });

  it('is one that refuses the look, and one without a chain', async () => {
    const refusing = benchInverter((profile) => profile.requires.push(...REQUIRES));
    refusing.line.refuses = ({ address }) => address === 40_004;
    await refusing.pollFor(1);
    expect(refusing.device.report().unfit).toBe('Switch Modbus control on in its menu.');
    const other = benchDevice(inverterProfile());
    await other.pollFor(1);
    expect(other.device.report().unfit).toContain('no SunSpec chain begins at 40000, 0, 50000');
    expect((await other.pollFor(1)).totalPowerW).toMatchObject({ fault: 'device-unfit' });
  });

  it('is one of another kind: none of the models that are read all the time is in its chain', async () => {
    const meter = benchDevice(inverterProfile());
    chain(meter.line, [
      [1, 66],
      [203, 105],
    ]);
    const readings = await meter.pollFor(2);
    expect(readings.totalPowerW).toMatchObject({ state: 'unknown', fault: 'device-unfit' });
    expect(meter.device.report().unfit).toBe(
      'expected one of the SunSpec models 101, 102, 103 in its chain, found 1, 203; choose the profile that fits the device',
    );
  });
});

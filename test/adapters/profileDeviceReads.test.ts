import { describe, expect, it } from 'vitest';
import { CONTACT_FIGURES } from '../../src/adapters/modbus/profileContact.ts';
import { benchDevice, shippedProfile } from './profileDeviceBench.ts';

const f32 = (value: number): [number, number] => {
  const buffer = Buffer.alloc(4);
  buffer.writeFloatBE(value);
  return [buffer.readUInt16BE(0), buffer.readUInt16BE(2)];
};

describe('reading by the profile', () => {
  it('knows nothing before the first poll, and says so', async () => {
    const { device, line } = benchDevice(shippedProfile('eastron-sdm230'));
    line.fault = 'device-timeout';
    const readings = await device.poll();
    expect(readings['phaseCurrentA.L1']).toEqual({
      state: 'unknown',
      fault: 'not-yet-read',
      sinceMs: 1_000_000,
    });
    expect(readings['phaseCurrentA.L2']).toEqual({ state: 'absent' });
  });

  it('gives every reading the instant at which its answer arrived', async () => {
    const { device, line, clock } = benchDevice(shippedProfile('eastron-sdm230'));
    line.set(4, 6, ...f32(17.5));
    line.hold = () => new Promise((resolve) => clock.after(80, resolve));
    const polled = device.poll();
    await clock.advance(400);
    const { 'phaseCurrentA.L1': current, 'phaseVoltageV.L1': voltage } = await polled;
    expect(current).toEqual({ state: 'measured', value: 17.5, measuredAtMs: 1_000_080 });
    expect(voltage).toMatchObject({ state: 'measured', measuredAtMs: 1_000_240 });
  });

  it('reads fast points each second and slow points in their own time', async () => {
    const { line, pollFor } = benchDevice(shippedProfile('eastron-sdm630'));
    await pollFor(60);
    const readsOf = (address: number) =>
      line.reads().filter((read) => read.address <= address && address < read.address + read.count).length;
    expect(readsOf(0)).toBe(60);
    expect(readsOf(0x34)).toBe(12);
    expect(readsOf(0x46)).toBe(2);
    // The total power comes along with the phases; the energies would make it more than the meter answers.
    expect(line.reads().map(({ count }) => count)).toEqual(expect.arrayContaining([18, 0x36, 6]));
    expect(line.reads()).toHaveLength(62);
    expect(line.seen[1]).toMatchObject({ unit: 9, priority: 'poll', timeoutMs: 500, silenceMs: 100 });
  });

  it('keeps the pace of the maker: never two reads of a KEBA within half a second', async () => {
    const { line, pollFor } = benchDevice(shippedProfile('keba-p30'), { currentA: 6, timeoutMs: 30_000 });
    await pollFor(120);
    const reads = line.reads();
    expect(reads.length).toBeGreaterThan(230);
    for (const [index, read] of reads.entries()) {
      const before = reads[index - 1];
      if (before !== undefined) expect(read.atMs - before.atMs).toBeGreaterThanOrEqual(500);
      expect(read.count).toBe(2);
    }
    const currents = reads.filter(({ address }) => address === 1008);
    expect(currents.length).toBeGreaterThan(117);
  });

  it('shares one sweep between polls that come while it is under way', async () => {
    const { device, line, clock } = benchDevice(shippedProfile('waveshare-relay-8'));
    line.hold = () => new Promise((resolve) => clock.after(50, resolve));
    const first = device.poll();
    const second = device.poll();
    expect(second).toBe(first);
    await clock.advance(50);
    await first;
    expect(line.seen).toHaveLength(1);
  });

  it('never changes readings that it has given away', async () => {
    const { line, pollFor } = benchDevice(shippedProfile('waveshare-relay-8'));
    const before = await pollFor(1);
    const copy = structuredClone(before);
    line.set(1, 0, 1);
    const after = await pollFor(1);
    expect(before).toEqual(copy);
    expect(after['relayClosed.1']).toMatchObject({ value: true });
  });

  it('makes a reading that is physically impossible unknown, at once and since then', async () => {
    const { line, pollFor } = benchDevice(shippedProfile('eastron-sdm230'));
    await pollFor(1);
    line.set(4, 6, ...f32(900));
    const since = await pollFor(1);
    const later = await pollFor(5);
    expect(since['phaseCurrentA.L1']).toMatchObject({ state: 'unknown', fault: 'reading-implausible' });
    expect(later['phaseCurrentA.L1']).toEqual(since['phaseCurrentA.L1']);
    expect(later['phasePowerW.L1']).toMatchObject({ state: 'measured' });
  });

  it('dates a state that is made of two registers by the older of them', async () => {
    const { line, pollFor, clock } = benchDevice(shippedProfile('keba-p30'));
    const readings = await pollFor(10);
    const state = readings.chargingState;
    expect(state).toMatchObject({ state: 'measured', value: 'B' });
    const lastOf = (address: number) =>
      Math.max(
        ...line
          .reads()
          .filter((read) => read.address === address)
          .map(({ atMs }) => atMs),
      );
    const oldest = Math.min(lastOf(1000), lastOf(1004));
    expect(state).toMatchObject({ measuredAtMs: oldest });
    expect(clock.runningMs()).toBeGreaterThan(oldest);
  });
});

describe('a unit that does not answer', () => {
  it('costs its line one time-out per sweep', async () => {
    const { device, line } = benchDevice(shippedProfile('eastron-sdm230'));
    line.fault = 'device-timeout';
    await device.poll();
    expect(line.seen).toHaveLength(1);
  });

  it('keeps its last values at their old instants through a glitch, and loses them after three failures', async () => {
    const { device, line, clock, pollFor } = benchDevice(shippedProfile('eastron-sdm230'));
    await pollFor(2);
    const good = await device.poll();
    line.fault = 'device-timeout';
    await clock.advance(1000);
    for (let failure = 1; failure < CONTACT_FIGURES.lostAfter; failure++) {
      expect(await device.poll()).toEqual(good);
      await clock.advance(1000);
    }
    const lost = await device.poll();
    const unknown = { state: 'unknown', fault: 'device-timeout', sinceMs: 1_003_000 };
    expect(lost['phaseCurrentA.L1']).toEqual(unknown);
    expect(lost.importEnergyWh).toEqual(unknown);
    expect(lost['phaseCurrentA.L2']).toEqual({ state: 'absent' });
  });

  it('is tried at the normal rhythm three times, then rests for an eighth of its silence, 2 s to 5 min', async () => {
    const { device, line, clock } = benchDevice(shippedProfile('waveshare-relay-8'));
    line.fault = 'device-timeout';
    for (let second = 0; second < 20_000; second++) {
      await device.poll();
      await clock.advance(1000);
    }
    const triedS = line.seen.map(({ atMs }) => (atMs - 1_000_000) / 1000);
    expect(triedS.slice(0, 12)).toEqual([0, 1, 2, 3, 5, 7, 9, 11, 13, 15, 17, 20]);
    for (const [index, atS] of triedS.slice(4).entries()) {
      const beforeS = triedS[index + 3] ?? 0;
      expect(atS - beforeS).toBe(Math.ceil(Math.min(Math.max(2, beforeS / 8), 300)));
    }
    expect((triedS.at(-1) ?? 0) - (triedS.at(-2) ?? 0)).toBe(300);
  });

  it('comes back with fresh values only, and every point is read anew', async () => {
    const { line, pollFor, log } = benchDevice(shippedProfile('eastron-sdm230'));
    await pollFor(2);
    line.fault = 'device-offline';
    await pollFor(4);
    line.fault = undefined;
    line.set(4, 6, ...f32(3));
    line.set(4, 0x46, ...f32(50));
    const back = await pollFor(2);
    expect(back['phaseCurrentA.L1']).toMatchObject({ state: 'measured', value: 3 });
    expect(back['phaseVoltageV.L1']).toMatchObject({ state: 'measured' });
    expect(back.frequencyHz).toMatchObject({ state: 'measured', value: 50 });
    expect(log.lines.map(({ message }) => message)).toEqual([
      'The device does not answer.',
      'The device answers again.',
    ]);
  });

  it('is met again within 2 s after its line was away for hours, and a glitch then costs no rest', async () => {
    const { clock, line, pollFor } = benchDevice(shippedProfile('eastron-sdm230'));
    await pollFor(2);
    line.fault = 'device-offline';
    await pollFor(4 * 3600);
    line.fault = 'device-timeout';
    await pollFor(2);
    line.fault = undefined;
    const backAtMs = clock.runningMs();
    const readings = await pollFor(2);
    const current = readings['phaseCurrentA.L1'];
    expect(current).toMatchObject({ state: 'measured' });
    expect(current?.state === 'measured' && current.measuredAtMs - backAtMs).toBeLessThanOrEqual(2_000);
  });

  it('that was silent for hours and then loses its line is met soon after the line is back', async () => {
    const { line, pollFor } = benchDevice(shippedProfile('eastron-sdm230'));
    line.fault = 'device-timeout';
    await pollFor(4 * 3600);
    line.fault = 'device-offline';
    await pollFor(600);
    line.fault = undefined;
    expect((await pollFor(3))['phaseCurrentA.L1']).toMatchObject({ state: 'measured' });
  });

  it('is not a unit that refuses one register: the others stay fresh', async () => {
    const { line, pollFor } = benchDevice(shippedProfile('eastron-sdm230'));
    line.refuses = ({ address }) => address === 0x0c;
    const readings = await pollFor(5);
    expect(readings['phasePowerW.L1']).toMatchObject({ state: 'unknown', fault: 'device-exception' });
    expect(readings['phaseCurrentA.L1']).toMatchObject({ state: 'measured', measuredAtMs: 1_004_000 });
  });
});

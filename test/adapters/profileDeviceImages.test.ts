import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { benchDevice, shippedProfile } from './profileDeviceBench.ts';

const DATA = new URL('../../firmware-sim/data/', import.meta.url);

/** The device of a recorded register image behind a shipped profile; registers that were not recorded are refused. */
function benchImage(file: string, profile: string) {
  const bench = benchDevice(shippedProfile(profile));
  const recorded = new Set<number>();
  for (const row of readFileSync(new URL(file, DATA), 'utf8').trim().split('\n').slice(1)) {
    const [area, address, hex] = row.trim().split(',');
    if (area !== 'hr') continue;
    recorded.add(Number(address));
    bench.line.set(3, Number(address), Number.parseInt(hex ?? '', 16));
  }
  bench.line.refuses = ({ address, count, values }) =>
    values === undefined &&
    Array.from({ length: count }, (_, at) => address + at).some((place) => !recorded.has(place));
  return bench;
}

describe('recorded register images', () => {
  it('of an SMA Sunny Boy read as it produced, by its chain', async () => {
    const { pollFor, device } = benchImage('sunspec_sma_sb3.6_2023-08-10.csv', 'sunspec-inverter');
    expect(await pollFor(3)).toMatchObject({
      totalPowerW: { value: -1080 },
      'phaseCurrentA.L1': { value: 4.5 },
      'phaseVoltageV.L1': { value: 239.2 },
      'phaseVoltageV.L2': { state: 'unknown' },
      frequencyHz: { value: 49.98 },
      exportEnergyWh: { value: 21_707_970 },
      ratedPowerW: { value: 3680 },
    });
    expect(device.report()).toMatchObject({ contact: 'answering' });
  });

  it('of the same by day say "limited to 0 W" at full production: the read-back lies, what flows does not', async () => {
    const { pollFor } = benchImage('sunspec_sma_sb3.6_2025-05-18_day.csv', 'sunspec-inverter');
    expect(await pollFor(3)).toMatchObject({
      totalPowerW: { value: -3680 },
      'phaseCurrentA.L1': { value: 15.1 },
      powerLimitW: { value: 0 },
    });
  });

  it('of a device with models 701 to 714 read by phase, and take a limit with a guard that is chosen', async () => {
    const { pollFor, device, line } = benchImage('sunspec_emulated_der_701-714.csv', 'sunspec-inverter-704');
    expect(await pollFor(3)).toMatchObject({
      totalPowerW: { value: -9800 },
      'phasePowerW.L1': { value: -3200 },
      'phasePowerW.L2': { value: -3300 },
      'phasePowerW.L3': { value: -3500 },
      ratedPowerW: { value: 10_000 },
      powerLimitW: { value: 10_000 },
    });
    expect(await device.apply({ kind: 'setPowerLimit', powerW: 1099 }, 'narrowing')).toEqual({ ok: true });
    const [enable, percent] = line.writes()[0]?.values ?? [];
    // Tenths of a per cent of 10 kW: 109, never 110.
    expect([enable, percent]).toEqual([1, 109]);
  });

  it('of one kind do not pass for another', async () => {
    const { pollFor, device } = benchImage('sunspec_emulated_der_701-714.csv', 'sunspec-inverter');
    expect((await pollFor(2)).totalPowerW).toMatchObject({ state: 'unknown', fault: 'device-unfit' });
    expect(device.report().unfit).toContain('expected one of the SunSpec models 101');
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { eventfulStretches } from '../../firmware-sim/eventful.ts';
import { parseHomeSpec, readHome } from '../../firmware-sim/homeSpec.ts';
import { readHousehold, recordedHousehold } from '../../firmware-sim/household.ts';

describe('the recording', () => {
  const household = recordedHousehold();

  it('holds each minute as it was recorded', () => {
    expect(new Date(household.firstAtMs).toISOString()).toBe('2006-12-16T16:24:00.000Z');
    const atMs = Date.parse('2006-12-28T21:13:00+01:00');
    for (const offsetMs of [0, 30_000, 59_999]) {
      expect(household.loadAt(atMs + offsetMs)).toMatchObject({
        activeW: 9132,
        voltageV: 231.27,
        laundryW: 71 * 60,
      });
    }
    expect(household.loadAt(atMs + 60_000).activeW).toBe(9118);
  });

  it('repeats the minute before where the source has gaps', () => {
    const before = household.loadAt(Date.parse('2006-12-21T11:22:00+01:00'));
    expect(household.loadAt(Date.parse('2006-12-21T11:23:30+01:00'))).toBe(before);
    expect(household.loadAt(Date.parse('2006-12-21T11:24:30+01:00'))).toBe(before);
  });

  it('starts over outside of the recording', () => {
    expect(new Date(household.endAtMs).toISOString()).toBe('2007-01-11T13:51:00.000Z');
    expect(household.loadAt(household.endAtMs)).toBe(household.loadAt(household.firstAtMs));
    expect(household.loadAt(household.firstAtMs - 1)).toBe(household.loadAt(household.endAtMs - 1));
  });

  it('has sun by day, interpolated, and none by night', () => {
    expect(household.sunPowerW(Date.parse('2006-12-22T00:15:00Z'))).toBe(0);
    expect(household.sunPowerW(Date.parse('2006-12-22T12:45:00Z'))).toBeCloseTo(3766.7, 1);
    expect(household.sunPowerW(Date.parse('2006-12-22T13:00:00Z'))).toBeCloseTo((3766.7 + 3714.6) / 2, 1);
    expect(household.sunPowerW(Date.parse('2006-12-22T12:45:00Z') + 9 * 86_400_000)).toBeCloseTo(3766.7, 1);
  });

  it('bridges one blank between two samples of the sun', () => {
    const sun = Array.from(
      { length: 48 },
      (_, slot) => `t,0,${slot === 24 ? '' : slot > 19 && slot < 30 ? 100 : ''}`,
    );
    const load = 'header\n2025-01-01T00:00:00Z,1,0,230,4,0,0,0\n';
    const small = readHousehold(load, `header\n${sun.join('\n')}\n`);
    expect(small.sunPowerW(Date.parse('2025-01-01T12:15:00Z'))).toBe(100);
    expect(small.sunPowerW(Date.parse('2025-01-01T20:15:00Z'))).toBe(0);
  });

  it('names the line of a damaged recording', () => {
    expect(() => readHousehold('h\n2025-01-01T00:00:00Z,1,0,x,4,0,0,0\n', '')).toThrow(/line 2/);
    expect(() => readHousehold('h\n', '')).toThrow(/at least one minute/);
  });

  it('carries the credit and the licence of both files', () => {
    const readme = readFileSync(new URL('../../firmware-sim/data/README.md', import.meta.url), 'utf8');
    for (const needed of ['Hébrail', 'Bérard', 'CC BY 4.0', 'emhass', 'LICENSE-emhass-MIT.txt']) {
      expect(readme).toContain(needed);
    }
  });
});

describe('eventful stretches', () => {
  const household = recordedHousehold();

  it('are the busiest of the recording, in order, and do not overlap', () => {
    const lengthMs = 10 * 60_000;
    const starts = eventfulStretches(household, { count: 10, lengthMs });
    expect(starts).toHaveLength(10);
    const sorted = [...starts].sort((one, other) => one - other);
    for (const [index, startAtMs] of sorted.entries()) {
      expect(startAtMs - (sorted[index - 1] ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(lengthMs);
    }
    const steps = (startAtMs: number) => {
      let sumW = 0;
      for (let minute = 1; minute < 10; minute += 1) {
        const atMs = startAtMs + minute * 60_000;
        sumW += Math.abs(household.loadAt(atMs).activeW - household.loadAt(atMs - 60_000).activeW);
      }
      return sumW;
    };
    expect(Math.min(...starts.map(steps))).toBeGreaterThan(8_000);
    expect(eventfulStretches(household, { count: 3, lengthMs })).toEqual(starts.slice(0, 3));
  });
});

describe('a home as data', () => {
  it('names every mistake by its path, all at once', () => {
    const wrong = {
      ...JSON.parse(
        readFileSync(new URL('../../firmware-sim/homes/single-phase.json', import.meta.url), 'utf8'),
      ),
      seed: 'x',
      householdShares: [],
    };
    wrong.devices[0].circuit = 'cellar';
    wrong.devices[1].unit = 1;
    wrong.devices[3].car.plugInAt = '25:00';
    wrong.waterHeater.phase = 'L2';
    expect(() => parseHomeSpec(wrong)).toThrow(
      /devices\.0\.circuit: expected one of cutOut.*devices\.3\.car\.plugInAt: expected a time.*seed: expected a number.*householdShares: expected one row.*each unit once on house/,
    );
    expect(() => parseHomeSpec(null)).toThrow(/lines: expected a list, found nothing/);
  });

  it('names what does not fit a catalogue: a wire, a channel, an unrated inverter', () => {
    const read = (name: string) =>
      JSON.parse(readFileSync(new URL(`../../firmware-sim/homes/${name}.json`, import.meta.url), 'utf8'));
    const park = read('car-park');
    park.devices[4].lineId = undefined;
    park.devices[7].lineId = 'meters';
    park.generator.contact = { deviceId: 'generator-relay', channel: 7 };
    park.devices[8].car.canGive = 'often';
    expect(() => parseHomeSpec(park)).toThrow(
      /devices\.4\.lineId: expected one of meters.*devices\.7\.lineId: expected nothing.*canGive: expected true or false.*channel up to 6 on generator-relay, found 7/,
    );
    const solar = read('solar');
    solar.generator.ratedW = undefined;
    solar.devices.push({ deviceId: 'second-inverter', model: 'sunspec-inverter' });
    expect(() => parseHomeSpec(solar)).toThrow(/expected one inverter/);
    solar.devices.pop();
    expect(() => parseHomeSpec(solar)).toThrow(/generator\.ratedW: expected the rated power/);
  });

  it('knows both homes', () => {
    expect(readHome('single-phase').devices.map((device) => device.deviceId)).toEqual([
      'grid-meter',
      'immersion-meter',
      'relay',
      'charge-point',
    ]);
    expect(readHome('three-phase').devices.map((device) => device.deviceId)).toEqual([
      'grid-meter',
      'immersion-meter',
      'relay',
      'charge-point',
      'second-charge-point',
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { createSdm230 } from '../../firmware-sim/devices/meters/eastronSdm230.ts';
import { Flow } from '../../firmware-sim/flow.ts';
import { Noise } from '../../firmware-sim/random.ts';
import { withCrc } from '../../firmware-sim/wires/crc.ts';
import { EVENING_MS, floatsOf, NOON_MS, standHome } from './support.ts';

describe('Eastron SDM230 and SDM630', () => {
  it("answers the maker's example with 230.2 V, most significant word first", () => {
    const meter = createSdm230({
      unit: 1,
      flow: new Flow(),
      terminals: [0],
      voltageV: [Buffer.from('43663334', 'hex').readFloatBE()],
      noise: new Noise(1),
      startAtMs: 0,
    });
    const reply = meter.respond(Buffer.from([4, 0, 0, 0, 2])) ?? Buffer.alloc(0);
    expect(withCrc(Buffer.concat([Buffer.from([1]), reply])).toString('hex')).toBe('010404436633341b38');
    expect(withCrc(Buffer.from('010400000002', 'hex')).toString('hex')).toBe('01040000000271cb');
    expect(withCrc(Buffer.from('0103043f800000', 'hex')).toString('hex')).toBe('0103043f800000f7cf');
  });

  it('shows voltage, current and power of its circuit, import positive', () => {
    const { home, ask } = standHome('single-phase');
    const values = floatsOf(ask('grid-meter', '04 0000 000e'));
    expect(values[0]).toBeCloseTo(home.plant.voltageV[0] as number, 3);
    expect(values[3]).toBeCloseTo(home.plant.cutOut.currentA[0] as number, 1);
    const powerW = values[6] as number;
    expect(Math.abs(powerW - (home.plant.cutOut.powerW[0] as number))).toBeLessThan(0.003 * powerW);
  });

  it('shows export as negative power and a current without a sign', () => {
    const { pass, ask } = standHome('single-phase', NOON_MS);
    ask('charge-point', `06 ${(5004).toString(16)} 0000`);
    ask('relay', '05 0001 ff00');
    pass(60_000);
    const values = floatsOf(ask('grid-meter', '04 0000 000e'));
    expect(values[6]).toBeLessThan(-1_000);
    expect(values[3]).toBeGreaterThan(4);
  });

  it('refreshes every half second and never repeats itself bit for bit', () => {
    const { pass, ask } = standHome('single-phase');
    const first = ask('grid-meter', '04 0000 000e');
    pass(250);
    expect(ask('grid-meter', '04 0000 000e')).toBe(first);
    const seen = new Set([first]);
    for (let index = 0; index < 200; index += 1) {
      pass(500);
      seen.add(ask('grid-meter', '04 0000 000e'));
    }
    expect(seen.size).toBe(201);
  });

  it('adds import and export up in the total, which is no balance', () => {
    const { pass, ask } = standHome('single-phase', NOON_MS);
    ask('relay', '05 0001 ff00');
    pass(3_600_000);
    const [imported, exported] = floatsOf(ask('grid-meter', '04 0048 0004')) as [number, number];
    const [total] = floatsOf(ask('grid-meter', '04 0156 0002')) as [number];
    expect(imported).toBeGreaterThan(0);
    expect(exported).toBeGreaterThan(0);
    expect(total).toBeCloseTo(imported + exported, 3);
  });

  it('gives three phases and their sums on the SDM630', () => {
    const { home, ask } = standHome('three-phase');
    const values = floatsOf(ask('grid-meter', '04 0000 0036'));
    for (const phase of [0, 1, 2]) {
      expect(values[phase]).toBeCloseTo(home.plant.voltageV[phase] as number, 2);
      expect(values[3 + phase]).toBeCloseTo(home.plant.cutOut.currentA[phase] as number, 0);
    }
    expect(values[26]).toBeCloseTo((values[6] ?? 0) + (values[7] ?? 0) + (values[8] ?? 0), 1);
  });

  it('measures the phase it is wired to on a circuit of a three-phase home', () => {
    const { home, pass, ask } = standHome('three-phase');
    ask('relay', '05 0000 ff00');
    pass(1_000);
    const values = floatsOf(ask('immersion-meter', '04 0000 000e'));
    expect(values[0]).toBeCloseTo(home.plant.voltageV[1] as number, 0);
    expect(values[6]).toBeGreaterThan(2_900);
  });

  it.each([
    ['an unsupported function', '06 0014 0001', '8601'],
    ['coils, which a meter has not', '01 0000 0008', '8101'],
    ['an odd address', '04 0001 0002', '8402'],
    ['an odd count', '04 0000 0003', '8403'],
    ['a count of zero', '04 0000 0000', '8403'],
    ['more than 60 registers', '04 0000 003e', '8403'],
    ['an address behind the table', '04 0060 0002', '8402'],
    ['a read that runs over the end of a block', '04 004e 0004', '8402'],
    ['a setting that does not exist', '03 0030 0002', '8302'],
    ['a protected setting while nobody holds the key', '10 0014 0002 04 40400000', '9003'],
    ['a request that is cut off', '04 0000', '8403'],
  ])('refuses %s', (_, request, expected) => {
    expect(standHome('single-phase').ask('grid-meter', request)).toBe(expected);
  });

  it('shows its settings: no parity, its unit, 9600 baud', () => {
    const { ask } = standHome('single-phase');
    expect(floatsOf(ask('immersion-meter', '03 0012 0004'))).toEqual([0, 2]);
    expect(floatsOf(ask('grid-meter', '03 001c 0002'))).toEqual([2]);
    expect(ask('grid-meter', '10 0018 0002 04 00000000')).toBe('1000180002');
  });

  it('reads unused addresses inside its table as zero', () => {
    expect(floatsOf(standHome('single-phase', EVENING_MS).ask('grid-meter', '04 0002 0004'))).toEqual([0, 0]);
  });
});

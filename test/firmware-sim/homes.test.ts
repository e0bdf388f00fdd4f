import { describe, expect, it } from 'vitest';
import { obey } from '../../firmware-sim/commands.ts';
import { tellTruth } from '../../firmware-sim/truth.ts';
import { EVENING_MS, floatsOf, NOON_MS, standHome, word, wordsOf } from './support.ts';

const POWER_ORDER = (powerW: number) => `06 0104 ${(powerW & 0xffff).toString(16).padStart(4, '0')}`;

describe('the car park', () => {
  it('has ten charge points on TCP and serial lines, four meters and three relay boards, and all answer', () => {
    const { home, ask } = standHome('car-park');
    const kinds = home.spec.devices.map(({ kind }) => kind);
    const count = (kind: string) => kinds.filter((each) => each === kind).length;
    expect([count('chargePoint'), count('meter'), count('relay')]).toEqual([10, 4, 3]);
    const chargePoints = home.spec.devices.filter(({ kind }) => kind === 'chargePoint');
    expect(new Set(chargePoints.map(({ model }) => model)).size).toBe(9);
    expect(chargePoints.filter(({ lineId }) => lineId === undefined).length).toBe(7);
    for (const { deviceId } of home.spec.devices) {
      expect(`${deviceId} ${ask(deviceId, '2b')}`).toBe(`${deviceId} ab01`);
    }
  });

  it('meets a master under each of its units', () => {
    const { home, pass } = standHome('car-park');
    const alfen = home.devices['bay-3'];
    const read = (unit: number, pdu: string) =>
      alfen?.under(unit).respond(Buffer.from(pdu, 'hex'), pass(0))?.toString('hex');
    expect([read(200, '0304510001'), read(1, '0304b00001'), read(2, '0304b00001')]).toEqual([
      '03020001',
      '03020001',
      undefined,
    ]);
    alfen?.setFault({ kind: 'frozen' }, pass(0));
    expect([read(200, '0304b00001'), read(1, '0304b00001')]).toEqual(['8302', '03020001']);
  });

  it('carries what its charge points draw, each on its own phases', () => {
    const { home, pass, ask } = standHome('car-park');
    ask('bay-7', '06 0514 0001');
    for (const request of ['06 0d00 55aa', '06 0d05 0001', '10 0302 0002 04 41200000'])
      ask('bay-10', request);
    pass(8_000);
    const { chargePoints } = tellTruth(home);
    expect(Object.values(chargePoints).map(({ isCharging }) => isCharging)).toEqual(Array(10).fill(true));
    const socketW = home.plant.sockets.reduce((sumW, socket) => sumW + socket.flow.totalPowerW(), 0);
    const householdW = home.plant.household.totalPowerW() + home.plant.generatorFlow.totalPowerW();
    expect(home.plant.cutOut.totalPowerW()).toBeCloseTo(socketW + householdW, 6);
    expect(home.chargePoints[4]?.socket.flow.powerW[0]).toBe(0);
    expect(home.chargePoints[4]?.socket.flow.powerW[1]).toBeGreaterThan(5_000);
  });

  it('switches its heater and its generator by two different boards', () => {
    const { home, pass, ask } = standHome('car-park', NOON_MS);
    ask('heat-relay', '05 0000 ff00');
    pass(1_000);
    expect(home.plant.heaterFlow.totalPowerW()).toBeGreaterThan(2_500);
    expect(home.plant.generatorFlow.totalPowerW()).toBeCloseTo(0, 6);
    home.generatorContact.setCoil(true, pass(0));
    pass(40_000);
    expect(home.plant.generatorFlow.totalPowerW()).toBeLessThan(-3_000);
    const complaint = home.devices['generator-relay']?.setFault(
      { kind: 'stuckContact', channel: 7 },
      pass(0),
    );
    expect(complaint).toBe('generator-relay has no contact on channel 7');
  });

  it('draws beside its recording what somebody switches on', () => {
    const { home, pass } = standHome('single-phase');
    const say = (command: object) => obey(home, JSON.stringify(command), pass(0));
    const before = home.plant.household.powerW[0] ?? 0;
    expect(say({ command: 'draw', phase: 'L1', currentA: 20 })).toEqual({ kind: 'done', command: 'draw' });
    const wasAbove: boolean[] = [];
    for (let minute = 0; minute < 3; minute += 1) {
      pass(60_000);
      wasAbove.push((home.plant.household.powerW[0] ?? 0) > 4_600);
    }
    expect(wasAbove).toEqual([true, true, true]);
    say({ command: 'draw', phase: 'L1', currentA: 0 });
    expect(home.plant.household.powerW[0]).toBeLessThan(before + 4_600);
    expect(say({ command: 'draw', phase: 'L2', currentA: 20 })).toMatchObject({
      problem: 'draw needs a "phase" of L1, found "L2"',
    });
    expect(say({ command: 'draw', phase: 'L1', currentA: -1 })).toMatchObject({
      problem: expect.stringContaining('"currentA" of at least 0'),
    });
  });

  it('sets the signal wires at its boards by hand', () => {
    const { home } = standHome('car-park');
    const say = (command: object) => obey(home, JSON.stringify(command), EVENING_MS);
    expect(say({ command: 'signal', device: 'spare-relay', input: 1, isActive: true })).toEqual({
      kind: 'done',
      command: 'signal',
    });
    expect(home.signals['spare-relay']?.[0]?.isActive).toBe(true);
    expect(say({ command: 'signal', device: 'bay-1', input: 1, isActive: true })).toMatchObject({
      problem: expect.stringContaining('unknown relay board "bay-1"'),
    });
    expect(say({ command: 'signal', device: 'spare-relay', input: 0, isActive: true })).toMatchObject({
      problem: expect.stringContaining('"input" from 1 to'),
    });
    expect(say({ command: 'signal', device: 'spare-relay', input: 1, isActive: 1 })).toMatchObject({
      problem: expect.stringContaining('"isActive" of true or false'),
    });
  });
});

describe('the solar home', () => {
  const under = (standing: ReturnType<typeof standHome>, powerW: number) => {
    for (const request of [
      '06 0051 0001',
      '06 0052 0000',
      '06 0053 0001',
      POWER_ORDER(powerW),
      '06 0101 0001',
    ]) {
      standing.ask('charge-point', request);
    }
  };

  it('feeds in by itself after its observation time, as no relay stands between', () => {
    const { home, pass } = standHome('solar', NOON_MS);
    pass(31_000);
    expect(home.plant.generatorFlow.totalPowerW()).toBeLessThan(-2_000);
    expect(home.generatorContact.operations).toBe(0);
  });

  it('counts a car that gives as generation, in the truth and at the meter', () => {
    const standing = standHome('solar', EVENING_MS);
    const { home, pass, ask } = standing;
    pass(5_000);
    const before = tellTruth(home);
    expect(before.phases[0]?.carA).toBeGreaterThan(30);
    under(standing, -6_000);
    pass(5_000);
    const during = tellTruth(home);
    const sunW = home.plant.generatorFlow.powerW[0] as number;
    expect(during.phases[0]?.carA).toBe(0);
    expect(during.phases[0]?.generatorW).toBeLessThan(sunW - 5_900);
    expect(during.chargePoints['charge-point']).toMatchObject({ isCharging: false, isDischarging: true });
    expect((before.phases[0]?.cutOutW ?? 0) - (during.phases[0]?.cutOutW ?? 0)).toBeGreaterThan(12_000);
    const meteredW = floatsOf(ask('grid-meter', '04 000c 0002'))[0] ?? 0;
    expect(Math.abs(meteredW - (during.phases[0]?.cutOutW ?? 0))).toBeLessThan(50);
    pass(1_500_000);
    const { energyWh, chargePoints } = tellTruth(home);
    expect(chargePoints['charge-point']?.dischargedWh).toBeGreaterThan(2_450);
    expect(energyWh.import - energyWh.export).toBeCloseTo(
      energyWh.household + energyWh.waterHeater + energyWh.cars - energyWh.generator,
      3,
    );
  });

  it('is fed less within about two seconds when its inverter is limited, and freely again after', () => {
    const { home, pass, ask } = standHome('solar', NOON_MS);
    const producedW = () => -home.plant.generatorFlow.totalPowerW();
    const limitTo = (percent: number, isEnabled: 0 | 1) => {
      const controls = findModel(ask, 123);
      const scale = wordsOf(ask('inverter', `03 ${word(controls + 23)} 0001`))[0] as number;
      const raw = percent * 10 ** (65_536 - scale);
      ask('inverter', `10 ${word(controls + 5)} 0001 02 ${word(raw)}`);
      ask('inverter', `10 ${word(controls + 9)} 0001 02 ${word(isEnabled)}`);
    };
    pass(31_000);
    const freeW = producedW();
    limitTo(10, 1);
    pass(1_000);
    expect(producedW()).toBeGreaterThan(1_000);
    pass(1_250);
    expect(producedW()).toBeCloseTo(600, 6);
    limitTo(100, 0);
    pass(1_000);
    expect(producedW()).toBeGreaterThan(0.9 * freeW);
  });
});

/** Address of the id of a SunSpec model. */
function findModel(ask: (deviceId: string, pduHex: string) => string, model: number): number {
  let address = 40_002;
  for (;;) {
    const [id = 0xffff, length = 0] = wordsOf(ask('inverter', `03 ${word(address)} 0002`));
    if (id === model) return address;
    if (id === 0xffff) throw new Error(`the inverter has no model ${model}`);
    address += 2 + length;
  }
}

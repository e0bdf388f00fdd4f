import { describe, expect, it } from 'vitest';
import { Car } from '../../firmware-sim/car.ts';
import { ChargeSocket } from '../../firmware-sim/chargeSocket.ts';
import { Contact } from '../../firmware-sim/contact.ts';
import { Generator } from '../../firmware-sim/generator.ts';
import type { Household } from '../../firmware-sim/household.ts';
import { Ledger } from '../../firmware-sim/ledger.ts';
import { Plant } from '../../firmware-sim/plant.ts';
import { Noise } from '../../firmware-sim/random.ts';
import { WaterHeater } from '../../firmware-sim/waterHeater.ts';
import { standHome } from './support.ts';

/** A bare house whose load by the minute is given in watts, at about 230 V. */
function bareHouse(loadsW: readonly number[], sunW = 0, sockets: readonly ChargeSocket[] = []) {
  const household: Household = {
    firstAtMs: 0,
    endAtMs: loadsW.length * 60_000,
    loadAt: (atMs) => ({
      activeW: loadsW[Math.floor(atMs / 60_000)] ?? 0,
      reactiveVar: 0,
      voltageV: 230,
      kitchenW: 0,
      laundryW: 0,
      heaterAndCoolingW: 0,
    }),
    sunPowerW: () => sunW,
  };
  const heaterContact = new Contact();
  const generatorContact = new Contact();
  const plant = new Plant({
    startAtMs: 0,
    utcOffsetMinutes: 0,
    household,
    householdShares: [{ kitchen: 1, laundry: 1, heaterAndCooling: 1, rest: 1 }],
    heater: new WaterHeater({ phase: 0, ratedA: 13, tankKwh: 50, standingLossW: 0, draws: [] }),
    heaterContact,
    generator: new Generator({ phases: [0], scale: 1 }),
    generatorContact,
    sockets,
    noise: new Noise(1),
  });
  const ledger = new Ledger(plant);
  plant.addObserver(ledger);
  return { plant, ledger, heaterContact, generatorContact };
}

describe('the ledger', () => {
  it('records nothing without a ceiling', () => {
    const { plant, ledger } = bareHouse([20_000, 20_000]);
    plant.advanceTo(120_000);
    expect(ledger.ceilingA('import')).toBeUndefined();
    expect(ledger.excursions('import')[0]).toMatchObject({ secondsAbove: 0, peakA: 0 });
  });

  it('counts an excursion that the household alone causes, but not as avoidable', () => {
    const { plant, ledger } = bareHouse([1_000, 10_000, 1_000, 10_000, 10_000, 1_000]);
    ledger.setCeiling('import', 40);
    plant.advanceTo(360_000);
    const [record] = ledger.excursions('import');
    expect(record?.secondsAbove).toBeCloseTo(180, 0);
    expect(record?.longestExcursionS).toBeCloseTo(120, 0);
    expect(record?.longestAvoidableExcursionS).toBe(0);
    expect(record?.peakA).toBeCloseTo(10_000 / 230, 0);
  });

  it('counts as avoidable what the heater adds, from the step until it is shed', () => {
    const { plant, ledger, heaterContact } = bareHouse([1_000, 8_000, 8_000]);
    ledger.setCeiling('import', 40);
    heaterContact.setCoil(true, 0);
    plant.advanceTo(64_000);
    heaterContact.setCoil(false, 64_000);
    plant.advanceTo(180_000);
    const [record] = ledger.excursions('import');
    expect(record?.longestAvoidableExcursionS).toBeGreaterThanOrEqual(4);
    expect(record?.longestAvoidableExcursionS).toBeLessThan(4.5);
    expect(record?.secondsAbove).toBe(record?.longestExcursionS);
  });

  it('counts what a car gives as generation when it judges what could have been avoided', () => {
    const car = new Car(
      {
        batteryKwh: 60,
        initialSocPercent: 80,
        phases: 1,
        maximumA: 32,
        canGive: true,
        dailyDriveKwh: 0,
        plugInMinute: 0,
        plugOutMinute: 1439,
      },
      true,
    );
    const socket = new ChargeSocket([0], car);
    const { plant, ledger, heaterContact } = bareHouse([13_800, 13_800], 0, [socket]);
    socket.showPilot(-32, 0);
    plant.advanceTo(10_000);
    ledger.setCeiling('import', 30);
    heaterContact.setCoil(true, 10_000);
    plant.advanceTo(20_000);
    const [record] = ledger.excursions('import');
    expect(record?.peakA).toBeCloseTo(60 - 32 + 13, 0);
    expect(record?.longestAvoidableExcursionS).toBeCloseTo(10, 0);
  });

  it('does not add two avoidable excursions up', () => {
    const { plant, ledger, heaterContact } = bareHouse([8_000, 8_000]);
    ledger.setCeiling('import', 40);
    for (const atMs of [10_000, 30_000]) {
      plant.advanceTo(atMs);
      heaterContact.setCoil(true, atMs);
      plant.advanceTo(atMs + 3_000);
      heaterContact.setCoil(false, atMs + 3_000);
    }
    plant.advanceTo(60_000);
    const [record] = ledger.excursions('import');
    expect(record?.longestAvoidableExcursionS).toBeCloseTo(3, 6);
    expect(record?.secondsAbove).toBeCloseTo(6, 6);
  });

  it('begins the avoidable stretch when the household alone comes back under the ceiling', () => {
    const { plant, ledger, heaterContact } = bareHouse([10_000, 8_000, 1_000]);
    ledger.setCeiling('import', 40);
    heaterContact.setCoil(true, 0);
    plant.advanceTo(180_000);
    const [record] = ledger.excursions('import');
    expect(record?.longestExcursionS).toBeCloseTo(120, 0);
    expect(record?.longestAvoidableExcursionS).toBeCloseTo(60, 0);
  });

  it('counts export above its ceiling, which an open generator contact always meets', () => {
    const { plant, ledger, generatorContact } = bareHouse([500, 500, 500], 5_000);
    ledger.setCeiling('export', 16);
    ledger.setCeiling('import', 16);
    generatorContact.setCoil(true, 0);
    plant.advanceTo(90_000);
    generatorContact.setCoil(false, 90_000);
    plant.advanceTo(120_000);
    const [record] = ledger.excursions('export');
    expect(record?.longestAvoidableExcursionS).toBeGreaterThan(58);
    expect(record?.longestAvoidableExcursionS).toBeLessThan(63);
    expect(record?.peakA).toBeCloseTo(4_500 / 230, 0);
    expect(ledger.excursions('import')[0]?.secondsAbove).toBe(0);
  });

  it('judges by a new ceiling from the moment it is set', () => {
    const { plant, ledger } = bareHouse([5_000, 5_000]);
    ledger.setCeiling('import', 30);
    plant.advanceTo(60_000);
    ledger.setCeiling('import', 10);
    plant.advanceTo(70_000);
    ledger.setCeiling('import', undefined);
    plant.advanceTo(120_000);
    expect(ledger.excursions('import')[0]?.secondsAbove).toBeCloseTo(10, 1);
  });

  it('sees a step of the recording on the minute, however it is moved on', () => {
    const { plant, ledger } = bareHouse([1_000, 10_000]);
    ledger.setCeiling('import', 40);
    plant.advanceTo(59_900);
    plant.advanceTo(60_100);
    expect(ledger.excursions('import')[0]?.secondsAbove).toBeCloseTo(0.1, 6);
  });

  it('knows each phase by itself', () => {
    const { home, pass } = standHome('three-phase');
    home.ledger.setCeiling('import', 40);
    pass(3_600_000);
    const records = home.ledger.excursions('import');
    expect(records).toHaveLength(3);
    expect(new Set(records.map((record) => record.secondsAbove)).size).toBe(3);
  });
});

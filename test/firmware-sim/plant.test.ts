import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Generator } from '../../firmware-sim/generator.ts';
import { WaterHeater } from '../../firmware-sim/waterHeater.ts';
import { EVENING_MS, NOON_MS, standHome, word } from './support.ts';

const SET_CURRENT = (currentA: number) => `06 ${word(5004)} ${word(currentA * 1000)}`;

describe('the plant', () => {
  it('lets the flow at the cut-out drop by the heater when its switch opens, 30 ms later', () => {
    const { home, pass, ask } = standHome('single-phase');
    ask('charge-point', SET_CURRENT(0));
    ask('relay', '05 0000 ff00');
    pass(5_000);
    const closedA = home.plant.cutOut.currentA[0] as number;
    ask('relay', '05 0000 0000');
    pass(29);
    expect(home.plant.cutOut.currentA[0]).toBeCloseTo(closedA, 0);
    pass(1);
    expect(closedA - (home.plant.cutOut.currentA[0] as number)).toBeGreaterThan(12.5);
    expect(home.plant.heaterFlow.powerW[0]).toBe(0);
  });

  it('holds the heater off with a hot tank and on again when it has cooled', () => {
    const { home, pass, ask } = standHome('single-phase');
    ask('relay', '05 0000 ff00');
    let wasHot = false;
    let heatedAgain = false;
    for (let quarter = 0; quarter < 96; quarter += 1) {
      pass(900_000);
      if (!home.plant.heaterIsCalling) wasHot = true;
      else if (wasHot) heatedAgain = true;
    }
    expect([wasHot, heatedAgain]).toEqual([true, true]);
  });

  it('calls for heat after hot water has been drawn', () => {
    const draws = [{ minute: 425, energyKwh: 3.5 }];
    const heater = new WaterHeater({ phase: 0, ratedA: 13, tankKwh: 9, standingLossW: 0, draws });
    heater.advance(9_000, 3_600_000);
    expect([heater.isCalling, heater.powerW(230, true)]).toEqual([false, 0]);
    heater.drawWater(424);
    heater.advance(0, 1_000);
    expect(heater.isCalling).toBe(false);
    heater.drawWater(425);
    heater.advance(0, 1_000);
    expect(heater.powerW(230, true)).toBeCloseTo(13 * 230, 6);
    expect(heater.powerW(230, false)).toBe(0);
  });

  it('takes the sun off at once when its contact opens and gives it back after the observation time', () => {
    const { home, pass, ask } = standHome('single-phase', NOON_MS);
    ask('charge-point', SET_CURRENT(0));
    ask('relay', '05 0001 ff00');
    pass(19_000);
    expect(home.plant.generatorFlow.powerW[0]).toBeCloseTo(0, 9);
    pass(20_000);
    const generatedW = -(home.plant.generatorFlow.powerW[0] as number);
    expect(generatedW).toBeGreaterThan(3_000);
    expect(home.plant.cutOut.powerW[0]).toBeLessThan(0);
    ask('relay', '05 0001 0000');
    pass(30);
    expect(home.plant.generatorFlow.powerW[0]).toBeCloseTo(0, 9);
    expect(home.plant.cutOut.powerW[0]).toBeGreaterThan(0);
  });

  it('lowers the sun to a limit within two seconds, the more slowly the less there is to lose, and lifts it at once', () => {
    const generator = new Generator({ phases: [0], scale: 1, ratedW: 4_000 });
    const powerW = (nowMs: number, sunW = 3_000) => generator.powerW(sunW, true, nowMs);
    powerW(0);
    expect(powerW(60_000)).toBe(3_000);
    generator.limitW = 1_000;
    expect(powerW(60_000)).toBe(3_000);
    expect(powerW(60_500)).toBe(2_000);
    expect(powerW(61_500)).toBe(1_000);
    expect(powerW(62_000, 700)).toBe(700);
    generator.limitW = Number.POSITIVE_INFINITY;
    expect(powerW(62_250)).toBe(3_000);
    expect(powerW(62_500, 9_000)).toBe(4_000);
    expect(generator.powerW(3_000, false, 62_750)).toBe(0);
  });

  it('lets the car see a lower pilot after 0.6 s and follow it at about 12 A a second', () => {
    const { home, pass, ask } = standHome('single-phase');
    pass(20_000);
    const car = home.chargePoints[0]?.socket.car;
    expect(car?.drawA).toBe(32);
    ask('charge-point', SET_CURRENT(8));
    pass(500);
    expect(car?.drawA).toBe(32);
    pass(1_100);
    expect(car?.drawA).toBeGreaterThan(16);
    expect(car?.drawA).toBeLessThan(24);
    pass(1_600);
    expect(car?.drawA).toBe(8);
  });

  it('lets the car rise at about 4 A a second', () => {
    const { home, pass, ask } = standHome('single-phase');
    ask('charge-point', SET_CURRENT(8));
    pass(20_000);
    ask('charge-point', SET_CURRENT(28));
    pass(600 + 2_500);
    const drawA = home.chargePoints[0]?.socket.car.drawA ?? 0;
    expect(drawA).toBeGreaterThan(16);
    expect(drawA).toBeLessThan(20);
    pass(3_500);
    expect(home.chargePoints[0]?.socket.car.drawA).toBe(28);
  });

  it('pauses the car within about a second and starts it again about two seconds after permission', () => {
    const { home, pass, ask } = standHome('single-phase');
    pass(20_000);
    const { socket } = home.chargePoints[0] as (typeof home.chargePoints)[number];
    ask('charge-point', SET_CURRENT(0));
    pass(1_250);
    expect([socket.car.drawA, socket.isCharging]).toEqual([0, false]);
    ask('charge-point', SET_CURRENT(6));
    pass(1_750);
    expect(socket.isCharging).toBe(false);
    pass(500);
    expect(socket.isCharging).toBe(true);
    pass(3_000);
    expect(socket.car.drawA).toBe(6);
  });

  it('tapers the charge near a full battery and then stops', () => {
    const { home, pass } = standHome('single-phase');
    const { socket } = home.chargePoints[0] as (typeof home.chargePoints)[number];
    const drawnA = new Set<number>();
    for (let minute = 0; minute < 13 * 60 && !socket.car.isFull; minute += 1) {
      pass(60_000);
      drawnA.add(Math.round(socket.car.drawA));
    }
    pass(10_000);
    expect(socket.car.socPercent).toBeCloseTo(100, 3);
    expect(drawnA.has(32) && drawnA.has(6)).toBe(true);
    expect([...drawnA].filter((currentA) => currentA > 8 && currentA < 30).length).toBeGreaterThan(5);
    expect([socket.car.drawA, socket.isCharging]).toEqual([0, false]);
  });

  it('brings the car home every day, emptier by the drive', () => {
    const { home, pass } = standHome('single-phase');
    const { socket } = home.chargePoints[0] as (typeof home.chargePoints)[number];
    const stays: boolean[] = [];
    for (let hour = 0; hour < 48; hour += 1) {
      pass(3_600_000);
      stays.push(socket.car.isPlugged);
    }
    // From 18:26: home until 08:10, away until 16:45.
    expect(stays.map((isHome) => (isHome ? 'h' : '-')).join('')).toBe(
      `${'h'.repeat(13)}${'-'.repeat(9)}${'h'.repeat(15)}${'-'.repeat(9)}${'h'.repeat(2)}`,
    );
    expect(socket.car.socPercent).toBeLessThan(80);
  });

  it('plugs out by hand: the flow is gone at once', () => {
    const { home, pass } = standHome('single-phase');
    pass(20_000);
    home.chargePoints[0]?.socket.car.plugOut();
    pass(1);
    expect(home.chargePoints[0]?.socket.flow.currentA[0]).toBe(0);
  });

  it('adds up: what the cut-out carries is the sum of the parts, per phase and over time', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('single-phase' as const, 'three-phase' as const),
        fc.array(
          fc.record({
            waitMs: fc.integer({ min: 1, max: 3_600_000 }),
            request: fc.constantFrom<readonly [deviceId: string, pduHex: string]>(
              ['relay', '05 0000 ff00'],
              ['relay', '05 0000 0000'],
              ['relay', '05 0001 5500'],
              ['charge-point', SET_CURRENT(0)],
              ['charge-point', SET_CURRENT(17)],
            ),
          }),
          { minLength: 1, maxLength: 8 },
        ),
        (name, steps) => {
          const { home, pass, ask } = standHome(name, NOON_MS);
          for (const { waitMs, request } of steps) {
            ask(...request);
            pass(waitMs);
            const { plant } = home;
            const parts = [
              plant.household,
              plant.heaterFlow,
              plant.generatorFlow,
              ...plant.sockets.map((socket) => socket.flow),
            ];
            for (let phase = 0; phase < 3; phase += 1) {
              const sumW = parts.reduce((sum, part) => sum + (part.powerW[phase] as number), 0);
              expect(plant.cutOut.powerW[phase]).toBeCloseTo(sumW, 6);
            }
            const balanceWh = parts.reduce(
              (sum, part) => sum + part.totalImportWh() - part.totalExportWh(),
              0,
            );
            expect(plant.cutOut.totalImportWh() - plant.cutOut.totalExportWh()).toBeCloseTo(balanceWh, 3);
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it('takes the same course whether it is asked often or seldom to move on', () => {
    const often = standHome('single-phase');
    const seldom = standHome('single-phase');
    for (const house of [often, seldom]) house.ask('charge-point', SET_CURRENT(10));
    for (let index = 0; index < 3_600; index += 1) often.pass(97);
    seldom.pass(3_600 * 97);
    const energyWh = (house: typeof often) => house.home.plant.cutOut.totalImportWh();
    expect(energyWh(often) / energyWh(seldom)).toBeCloseTo(1, 3);
  });

  it('is the same house for the same seed', () => {
    const texts = [0, 1].map(() => {
      const { pass, ask } = standHome('three-phase');
      pass(123_456);
      return ask('grid-meter', '04 0000 003c');
    });
    expect(texts[0]).toBe(texts[1]);
  });

  it('never goes back in time', () => {
    const { home } = standHome('single-phase');
    expect(home.advanceTo(EVENING_MS + 5_000)).toBe(EVENING_MS + 5_000);
    expect(home.advanceTo(EVENING_MS)).toBe(EVENING_MS + 5_000);
  });

  it('simulates a day with four reads a second in a few seconds', () => {
    const { home, pass, ask } = standHome('single-phase');
    const startedAt = performance.now();
    for (let index = 0; index < 4 * 86_400; index += 1) {
      pass(250);
      ask('grid-meter', '04 0000 000e');
    }
    expect(home.ledger.simulatedSeconds).toBe(86_400);
    expect(performance.now() - startedAt).toBeLessThan(8_000);
  });
});

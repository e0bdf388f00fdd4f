import { describe, expect, it } from 'vitest';
import { NOON_MS, type StandingHome, standHome, word, wordsOf } from './support.ts';

const ID = 'second-charge-point';

function input(house: StandingHome, address: number, count = 1): number[] {
  return wordsOf(house.ask(ID, `04 ${word(address)} ${word(count)}`));
}

function holding(house: StandingHome, address: number): number {
  return wordsOf(house.ask(ID, `03 ${word(address)} 0001`))[0] as number;
}

function write(house: StandingHome, address: number, value: number): string {
  return house.ask(ID, `06 ${word(address)} ${word(value)}`);
}

/** Passes time and keeps the station's watchdog fed. */
function passFed(house: StandingHome, seconds: number): void {
  for (let second = 0; second < seconds; second += 1) {
    house.pass(1_000);
    input(house, 5);
  }
}

function pilotA(house: StandingHome): number {
  return house.home.chargePoints.find(({ deviceId }) => deviceId === ID)?.socket.pilotA ?? Number.NaN;
}

describe('Heidelberg Energy Control', () => {
  it("starts with the maker's defaults: 15 s watchdog, fail-safe 0, free, hardware maximum", () => {
    const house = standHome('three-phase');
    expect(holding(house, 257)).toBe(15_000);
    expect(holding(house, 259)).toBe(1);
    expect(holding(house, 261)).toBe(160);
    expect(holding(house, 262)).toBe(0);
    expect(input(house, 100, 2)).toEqual([16, 6]);
  });

  it('stops the car within 15 s of silence and reports an error, as shipped', () => {
    const house = standHome('three-phase');
    passFed(house, 10);
    expect(pilotA(house)).toBe(16);
    house.pass(14_700);
    expect(pilotA(house)).toBe(16);
    house.pass(600);
    expect(pilotA(house)).toBe(0);
    const { firmware } = house.home.chargePoints[1] as (typeof house.home.chargePoints)[number];
    expect(firmware.isFailSafe).toBe(true);
  });

  it('falls to its fail-safe current in silence and obeys the command again after the next frame', () => {
    const house = standHome('three-phase');
    write(house, 262, 60);
    write(house, 261, 120);
    house.pass(20_000);
    expect(pilotA(house)).toBe(6);
    input(house, 5);
    expect(pilotA(house)).toBe(12);
  });

  it('keeps its current for ever with its watchdog off', () => {
    const house = standHome('three-phase');
    write(house, 257, 0);
    house.pass(600_000);
    expect(pilotA(house)).toBe(16);
  });

  it('goes through the states of a session', () => {
    const house = standHome('three-phase');
    expect(input(house, 5)).toEqual([5]);
    passFed(house, 8);
    expect(input(house, 5)).toEqual([7]);
    write(house, 261, 0);
    expect(input(house, 5)).toEqual([6]);
    passFed(house, 3);
    expect(input(house, 5)).toEqual([4]);
    write(house, 261, 60);
    passFed(house, 6);
    expect(input(house, 5, 4)).toEqual([7, 60, 60, 60]);
    house.home.chargePoints[1]?.socket.car.plugOut();
    expect(input(house, 5)).toEqual([3]);
    write(house, 261, 0);
    expect(input(house, 5)).toEqual([2]);
  });

  it('shows state F for about 10 s when it is locked, and is unavailable until freed', () => {
    const house = standHome('three-phase');
    write(house, 259, 0);
    passFed(house, 9);
    expect(input(house, 5)).toEqual([10]);
    passFed(house, 3);
    expect(input(house, 5)).toEqual([4]);
    expect(pilotA(house)).toBe(0);
    write(house, 259, 1);
    expect(pilotA(house)).toBe(16);
  });

  it('gives apparent power and energy, high word first', () => {
    const house = standHome('three-phase');
    write(house, 257, 0);
    write(house, 258, 4);
    house.pass(36 * 3_600_000);
    const { socket } = house.home.chargePoints[1] as (typeof house.home.chargePoints)[number];
    const [high, low] = input(house, 17, 2) as [number, number];
    expect(high).toBe(1);
    expect(high * 65_536 + low).toBe(Math.floor(socket.apparentVah));
    expect(input(house, 15, 4)).toEqual([high, low, high, low]);
    expect(Math.abs((input(house, 14)[0] as number) - socket.apparentVa)).toBeLessThan(
      0.003 * socket.apparentVa + 1,
    );
  });

  it('forgets what was written after power-on', () => {
    const house = standHome('three-phase');
    for (const [address, value] of [
      [257, 5_000],
      [262, 80],
      [261, 70],
      [259, 0],
    ] as const) {
      write(house, address, value);
    }
    house.home.devices[ID]?.setFault({ kind: 'reboot' }, house.pass(0));
    expect(house.ask(ID, '04 0005 0001')).toBe('silence');
    expect(pilotA(house)).toBe(0);
    house.pass(5_000);
    expect([257, 259, 261, 262].map((address) => holding(house, address))).toEqual([15_000, 1, 160, 0]);
    expect(pilotA(house)).toBe(16);
  });

  it('goes to stand-by without a car, where its bus is dead, and wakes up with its defaults', () => {
    const house = standHome('three-phase', NOON_MS);
    write(house, 262, 80);
    house.pass(11 * 60_000);
    expect(input(house, 5)).toEqual([3]);
    house.pass(2 * 60_000);
    expect(house.ask(ID, '04 0005 0001')).toBe('silence');
    house.home.chargePoints[1]?.socket.car.plugIn();
    house.pass(1_000);
    expect(holding(house, 262)).toBe(0);
  });

  it('stays awake with stand-by disabled', () => {
    const house = standHome('three-phase', NOON_MS);
    write(house, 258, 4);
    write(house, 262, 80);
    house.pass(3_600_000);
    expect(holding(house, 262)).toBe(80);
  });

  it('takes single and several registers with FC16', () => {
    const house = standHome('three-phase');
    expect(house.ask(ID, '10 0105 0002 04 0064 0050')).toBe('1001050002');
    expect([holding(house, 261), holding(house, 262)]).toEqual([100, 80]);
  });

  it.each([
    ['a current between 0 and 6 A', `06 0105 ${word(59)}`, '8603'],
    ['a current above 16 A', `06 0105 ${word(161)}`, '8603'],
    ['a lock other than 0 and 1', '06 0103 0002', '8603'],
    ['a stand-by other than 0 and 4', '06 0102 0001', '8603'],
    ['to read stand-by, which can be written only', '03 0102 0001', '8302'],
    ['a read over a hole', '04 0012 0002', '8402'],
    ['a holding address without a meaning', '06 0104 0001', '8602'],
    ['FC1', '01 0000 0001', '8101'],
    ['FC16 whose counts disagree', '10 0105 0002 02 0064', '9003'],
  ])('refuses %s', (_, request, expected) => {
    expect(standHome('three-phase').ask(ID, request)).toBe(expected);
  });

  it('stores nothing of a write with one bad word', () => {
    const house = standHome('three-phase');
    expect(house.ask(ID, '10 0105 0002 04 0064 0001')).toBe('9003');
    expect(holding(house, 261)).toBe(160);
  });
});

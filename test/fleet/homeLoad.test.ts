import { describe, expect, it } from 'vitest';
import { HomeLoad } from './homeLoad.ts';

const SECOND_MS = 1_000;

describe('the home of a light gateway', () => {
  it('its car follows a lower current within five seconds and a higher one slowly', () => {
    const home = new HomeLoad(1, 'home', 32);
    expect(home.carA(10 * SECOND_MS)).toBe(32);
    home.allow(6, 20 * SECOND_MS);
    expect(home.carA(20 * SECOND_MS)).toBe(32);
    expect(home.carA(25 * SECOND_MS)).toBe(6);
    home.allow(undefined, 60 * SECOND_MS);
    expect(home.carA(63 * SECOND_MS)).toBe(14);
    expect(home.carA(80 * SECOND_MS)).toBe(32);
  });

  it('below 6 A there is no charging, and a ceiling above what it wants changes nothing', () => {
    const home = new HomeLoad(1, 'home', 16);
    home.allow(20, 0);
    expect(home.carA(10 * SECOND_MS)).toBe(16);
    home.allow(5.9, 20 * SECOND_MS);
    expect(home.carA(30 * SECOND_MS)).toBe(0);
  });

  it('the past stays as it was, whatever comes after', () => {
    const home = new HomeLoad(1, 'home', 32);
    const before = home.meanW(0, 60 * SECOND_MS);
    home.allow(0, 60 * SECOND_MS);
    home.allow(16, 90 * SECOND_MS);
    expect(home.meanW(0, 60 * SECOND_MS)).toBe(before);
    const during = home.meanW(65 * SECOND_MS, 90 * SECOND_MS);
    expect(before - during).toBeCloseTo(32 * 230, -3);
  });

  it('no two homes draw alike, and the same one always does', () => {
    const one = new HomeLoad(1, 'one', 0);
    expect(one.powerW(123_456)).toBe(new HomeLoad(1, 'one', 0).powerW(123_456));
    expect(one.powerW(123_456)).not.toBe(new HomeLoad(1, 'other', 0).powerW(123_456));
    expect(one.powerW(123_456)).toBeGreaterThan(100);
  });
});

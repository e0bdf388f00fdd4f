import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { identify, type Proposal } from '../../src/discovery/identify.ts';
import { UnitReader } from '../../src/discovery/unitReader.ts';
import type { Wire } from '../../src/discovery/wire.ts';
import { loadProfiles } from '../../src/profiles/loadProfiles.ts';
import { SteppedClock } from '../support/steppedClock.ts';
import { drive, image, RegisterLine, textWords, type UnitImage } from './registerLine.ts';

const profiles = [...loadProfiles(join(import.meta.dirname, '../../drivers')).profiles.values()];
const SERIAL: Wire = { kind: 'serial', path: '/dev/ttyUSB0', baudRate: 9600, parity: 'none', stopBits: 1 };
const TCP: Wire = { kind: 'tcp', host: '192.168.1.40', port: 502 };

let clock = new SteppedClock();
let line = new RegisterLine(clock, new Map());
beforeEach(() => {
  clock = new SteppedClock();
});

async function look(wire: Wire, unit: number, held: UnitImage): Promise<readonly Proposal[]> {
  line = new RegisterLine(clock, new Map([[unit, held]]));
  const reader = new UnitReader({ line, unit, clock, reopenMs: 0, isStopped: () => false });
  return drive(clock, identify(reader, wire, profiles));
}

function names(proposals: readonly Proposal[]): readonly string[] {
  return proposals.map(({ role, profile, certainty }) => `${role} ${profile.id} ${certainty}`);
}

/** A SunSpec chain: the common model with its maker, then models of zeros. */
function chain(maker: string, models: readonly (readonly [id: number, length: number])[]): UnitImage {
  const common = [1, 66, ...textWords(maker, 16), ...new Array(50).fill(0)];
  const rest = models.flatMap(([id, length]) => [id, length, ...new Array(length).fill(0)]);
  return { 3: image(40_000, [0x5375, 0x6e53, ...common, ...rest, 0xffff, 0]) };
}

describe('a unit is named by its marks', () => {
  it('a KEBA by its product number, and asked no faster than it bears from then on', async () => {
    const found = await look(TCP, 255, { 3: image(1016, [0x0004, 0xbb7d]) });
    expect(names(found)[0]).toBe('best keba-p30 certain');
    expect(found[0]?.why).toBe('found 310141 at address 1016 (function 3)');
    expect(clock.runningMs()).toBeGreaterThan((line.requests.length - 3) * 500);
  });

  it('the maker’s name outweighs the standard models that others have too', async () => {
    const inverter = [
      [103, 50],
      [121, 30],
      [123, 24],
    ] as const;
    const [best, ...others] = await look({ ...TCP, port: 1502 }, 1, chain('SolarEdge', inverter));
    expect(names([best as Proposal])).toEqual(['best solaredge-inverter certain']);
    expect(names(others)).toContain('alternative sunspec-inverter likely');
    expect(names(await look(TCP, 1, chain('Other', inverter)))[0]).toBe('best sunspec-inverter certain');
  });

  it('a meter in the chain of an inverter stands alongside, not in place of it', async () => {
    const both = await look(
      TCP,
      1,
      chain('SolarEdge', [
        [103, 50],
        [1, 65],
        [203, 105],
      ]),
    );
    const main = names(both).filter((name) => !name.startsWith('alternative'));
    expect(main).toHaveLength(2);
    expect(main).toContainEqual(expect.stringContaining('best solaredge-'));
    expect(main).toContainEqual(expect.stringContaining('alongside solaredge-'));
  });

  it('ranges alone make it likely, and what has no mark stays possible', async () => {
    const words = [0x436f, 0, ...new Array(68).fill(0), 0x4248, 0];
    const found = names(await look(SERIAL, 1, { 4: image(0, [...words, ...new Array(400).fill(0)]) }));
    expect(found[0]).toBe('best eastron-sdm230 likely');
    expect(found.slice(1).every((name) => name.endsWith(' possible'))).toBe(true);
  });

  it('what must be put right before use is said', async () => {
    const [best] = await look(SERIAL, 1, { 4: image(0x000b, [101]) });
    expect(best?.profile.id).toBe('carlo-gavazzi-em111');
    expect(best?.obstacles.length).toBeGreaterThan(0);
  });

  it('a unit that refuses everything fits nothing', async () => {
    expect(await look(SERIAL, 1, {})).toEqual([]);
  });

  it('TCP devices are not looked for on a serial line, serial ones behind TCP are: it may be a bridge', async () => {
    const keba = { 3: image(1016, [0x0004, 0xbb7d]) };
    expect(names(await look(SERIAL, 255, keba))).toEqual([]);
    const em111 = { 4: image(0x000b, [101]) };
    expect(names(await look(TCP, 7, em111))[0]).toBe('best carlo-gavazzi-em111 certain');
  });
});

it('every shipped profile is asked for with functions 1 to 4 only, each register once', async () => {
  await look(TCP, 1, chain('Nobody', [[1, 66]]));
  expect(line.requests.length).toBeGreaterThan(20);
  expect(line.requests.filter(({ functionCode }) => functionCode > 4)).toEqual([]);
  const places = line.requests.map(
    ({ functionCode, address, count }) => `${functionCode} ${address} ${count}`,
  );
  expect(new Set(places).size).toBe(places.length);
});

it('a write is a defect of the scan, not a request', async () => {
  const reader = new UnitReader({ line, unit: 1, clock, reopenMs: 0, isStopped: () => false });
  const pace = { timeoutMs: 1, silenceMs: 0, readSpacingMs: 0 };
  await expect(reader.ask({ functionCode: 6, address: 0, count: 1 }, pace)).rejects.toThrow('never writes');
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { textOfEntries } from '../../../src/adapters/sqlite/journal.ts';
import { sealText } from '../../../src/adapters/sqlite/sealedJson.ts';
import { packEntries, unpackEntries } from '../../../src/domain/packedEntries.ts';

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

it('gives back any entries unchanged, in their order', () => {
  const instants = fc.record({
    now: fc.record({ runningMs: fc.maxSafeNat(), utcMs: fc.integer() }),
    flowA: fc.oneof(fc.double({ noNaN: true }), fc.maxSafeInteger(), fc.constant(null)),
    commands: fc.array(fc.constantFrom({ to: 6 }, { to: 'open' }), { maxLength: 2 }),
  });
  const entries = fc.array(fc.oneof(instants, fc.jsonValue()), { maxLength: 40 });
  fc.assert(
    fc.property(entries, (drawn) => {
      const before = plain(drawn) as unknown[];
      expect(unpackEntries(plain(packEntries(before)) as ReturnType<typeof packEntries>)).toEqual(before);
    }),
    { numRuns: 2000 },
  );
});

it('keeps fields that are named like those of every object', () => {
  const entries = JSON.parse('[{"__proto__": {"a": 1}, "steps": 2, "constructor": []}, {"steps": [1, 2]}]');
  expect(JSON.stringify(unpackEntries(packEntries(entries)))).toBe(JSON.stringify(entries));
});

it('stores half a minute of a home in less than two kilobytes', () => {
  // Ten points of a meter and eight of a charge point that never give the same value twice in a row.
  const entries = Array.from({ length: 30 }, (_, second) => {
    const measuredAtMs = 5_000_000 + second * 1000;
    const points = Array.from({ length: 18 }, (_, point) => [
      `phasePowerW.${point}`,
      {
        state: 'measured',
        value: Math.round(40_000 * Math.abs(Math.sin(second * 18 + point))) / 10,
        measuredAtMs,
      },
    ]);
    return {
      now: { runningMs: measuredAtMs, utcMs: 1.7e12 + measuredAtMs },
      readings: Object.fromEntries(points),
    };
  });
  expect(JSON.stringify(entries).length).toBeGreaterThan(35_000);
  expect(sealText(textOfEntries(entries)).length).toBeLessThan(2_000);
});

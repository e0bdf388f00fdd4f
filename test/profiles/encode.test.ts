import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePoint } from '../../src/profiles/decode.ts';
import { allow, encodeAction, encodeFallback } from '../../src/profiles/encode.ts';
import { loadProfiles } from '../../src/profiles/loadProfiles.ts';
import type { Profile } from '../../src/profiles/profile.ts';

const { profiles } = loadProfiles(join(import.meta.dirname, '../../drivers'));
const chargePoints = [...profiles.values()].filter(
  ({ data }) => data.commands.setChargeCurrent !== undefined,
);

/** The value that the device would report, had it stored this raw word where the point is read. */
function readBack(profile: Profile, name: string, raw: number): unknown {
  const point = profile.plan.points.find((planned) => planned.name === name);
  const data = profile.data.points[name];
  if (point === undefined || data?.is !== 'number') return undefined;
  const answers = profile.plan.blocks.map((block) => {
    const words = new Array<number>(block.count).fill(0);
    const offset = data.address - block.address + (data.type === 'u32' ? 1 : 0);
    if (block.name === data.block) words[offset] = raw;
    return { words, measuredAtMs: 0 };
  });
  const reading = decodePoint(point, answers, 0);
  return reading?.state === 'measured' ? reading.value : reading?.state;
}

describe('a charging current', () => {
  it('is never sent higher than asked, and comes back within one step', () => {
    for (const profile of chargePoints) {
      const command = profile.data.commands.setChargeCurrent;
      if (command === undefined) continue;
      fc.assert(
        fc.property(fc.double({ min: 0, max: 100, noNaN: true }), (currentA) => {
          const encoded = encodeAction(profile.data, { kind: 'setChargeCurrent', currentA });
          if (!encoded.ok) throw new Error(encoded.detail);
          const sentA = Number(readBack(profile, 'setpointA', encoded.writes[0]?.values[0] ?? -1));
          expect(sentA).toBeLessThanOrEqual(currentA + 1e-6);
          if (currentA < command.minimumA) expect(sentA).toBe(0);
          else expect(sentA).toBeGreaterThan(Math.min(currentA, command.maximumA) - command.stepA - 1e-6);
        }),
        { numRuns: 2000 },
      );
    }
  });

  it('is refused when it is no number, negative or without end', () => {
    for (const { data } of chargePoints) {
      for (const currentA of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
        const encoded = encodeAction(data, { kind: 'setChargeCurrent', currentA });
        expect(encoded).toMatchObject({ ok: false, fault: 'write-refused' });
      }
    }
  });
});

describe('the fall-back settings', () => {
  it('come back as they are promised, never above what was asked', () => {
    for (const profile of chargePoints) {
      fc.assert(
        fc.property(
          fc.double({ min: 6, max: 16, noNaN: true }),
          fc.integer({ min: 5000, max: 60_000 }),
          (currentA, timeoutMs) => {
            const encoded = encodeFallback(profile.data, { currentA, timeoutMs });
            if (!encoded.ok) throw new Error(encoded.detail);
            const { settings, writes } = encoded.fallback;
            expect(settings.currentA).toBeLessThanOrEqual(currentA + 1e-6);
            expect(settings.timeoutMs).toBeLessThanOrEqual(timeoutMs);
            const [current, timeout] = writes.map((write) => write.values[0] ?? -1);
            expect(readBack(profile, 'fallbackCurrentA', current ?? -1)).toBe(settings.currentA);
            expect(readBack(profile, 'fallbackTimeoutMs', timeout ?? -1)).toBe(settings.timeoutMs);
          },
        ),
      );
    }
  });
});

describe('the gate before the wire', () => {
  it('lets nothing through that the allow-list does not name', () => {
    const functionCode = fc.constantFrom(5 as const, 6 as const, 15 as const, 16 as const);
    for (const { data } of profiles.values()) {
      fc.assert(
        fc.property(
          functionCode,
          fc.integer({ min: 0, max: 0xffff }),
          fc.integer({ min: 0, max: 0xffff }),
          (code, address, value) => {
            const isNamed = data.writes.some(
              (entry) =>
                entry.function === code &&
                address >= entry.address &&
                address < entry.address + entry.addresses &&
                entry.values.some(({ from, to }) => value >= from && value <= to),
            );
            expect(allow(data, [{ functionCode: code, address, values: [value] }]).ok).toBe(isNamed);
          },
        ),
      );
    }
  });

  it('refuses each of the writes that do harm', () => {
    for (const { data } of profiles.values()) {
      for (const never of data.neverWrite) {
        const codes = never.function === undefined ? ([5, 6, 15, 16] as const) : [never.function];
        for (const functionCode of codes) {
          for (const value of never.values ?? [0, 1, 4, 100, 0xff00]) {
            const encoded = allow(data, [{ functionCode, address: never.address, values: [value] }]);
            expect(encoded).toMatchObject({ ok: false, fault: 'write-refused' });
          }
        }
      }
    }
  });

  it('refuses an allowed value by another function', () => {
    const keba = profiles.get('keba-p30');
    if (keba === undefined) throw new Error('no KEBA');
    expect(allow(keba.data, [{ functionCode: 6, address: 5004, values: [6000] }]).ok).toBe(true);
    expect(allow(keba.data, [{ functionCode: 16, address: 5004, values: [6000] }]).ok).toBe(false);
  });

  it('refuses a write that begins inside and ends outside of what is allowed', () => {
    const relay = profiles.get('waveshare-relay-8');
    if (relay === undefined) throw new Error('no relay');
    expect(allow(relay.data, [{ functionCode: 5, address: 7, values: [0] }]).ok).toBe(true);
    expect(allow(relay.data, [{ functionCode: 5, address: 7, values: [0, 0] }]).ok).toBe(false);
    expect(allow(relay.data, [{ functionCode: 5, address: 7, values: [] }]).ok).toBe(false);
  });
});

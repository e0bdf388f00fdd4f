import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allow } from '../../src/profiles/allow.ts';
import { encodeAction } from '../../src/profiles/encode.ts';
import { encodeFallback } from '../../src/profiles/encodeFallback.ts';
import { loadProfiles } from '../../src/profiles/loadProfiles.ts';
import {
  type RegisterType,
  rawReader,
  roundToFloatDigits,
  type WordOrder,
} from '../../src/profiles/registers.ts';
import { scaleOfUnit, scaleToValue } from '../../src/profiles/units.ts';

const { profiles } = loadProfiles(join(import.meta.dirname, '../../drivers'));
const all = [...profiles.values()].map(({ data }) => data);
const chargePoints = all.filter(({ commands }) => commands.setChargeCurrent !== undefined);

interface Target {
  readonly address: number;
  readonly type?: RegisterType | undefined;
  readonly wordOrder?: WordOrder | undefined;
  readonly unit: string;
}

/** What these words say to a register; nothing when it was not written. */
function said(
  writes: readonly { readonly address: number; readonly values: readonly number[] }[],
  target: Target,
  order: WordOrder,
): number | undefined {
  const words = writes.find(({ address }) => address === target.address)?.values;
  if (words === undefined) return undefined;
  const { type = 'u16', wordOrder = order } = target;
  const value = scaleToValue(rawReader(type, 0, wordOrder)(words), scaleOfUnit(target.unit));
  return type === 'f32' ? roundToFloatDigits(value) : value;
}

describe('a charging current', () => {
  it('is never sent higher than asked, and comes back within one step', () => {
    for (const data of chargePoints) {
      const command = data.commands.setChargeCurrent;
      if (command === undefined) continue;
      const { perAmp = 1, minimumA, maximumA } = command;
      const registerStepA = scaleToValue(1, scaleOfUnit(command.unit)) / perAmp;
      fc.assert(
        fc.property(
          fc.double({ min: 0, max: 100, noNaN: true }),
          fc.constantFrom('narrowing' as const, 'widening' as const, 'refresh' as const),
          (currentA, effect) => {
            const encoded = encodeAction(data, { kind: 'setChargeCurrent', currentA }, effect);
            if (!encoded.ok) throw new Error(encoded.detail);
            const sent = said(encoded.writes, command, data.wordOrder);
            const sentA = (sent ?? 0) / perAmp;
            expect(sentA).toBeLessThanOrEqual(currentA * (1 + 1e-7));
            if (currentA < minimumA) expect(sentA).toBe(0);
            else if (currentA >= minimumA + command.stepA)
              expect(sentA).toBeGreaterThan(
                Math.min(currentA, maximumA) - command.stepA - registerStepA - 1e-6,
              );
          },
        ),
        { numRuns: 500 },
      );
    }
  });

  it('begins a charge only when it widens: narrowing and refresh never send "resume"', () => {
    for (const data of chargePoints) {
      const resume = data.commands.setChargeCurrent?.resume;
      if (resume === undefined) continue;
      const sends = (effect: 'narrowing' | 'widening' | 'refresh') => {
        const encoded = encodeAction(data, { kind: 'setChargeCurrent', currentA: 16 }, effect);
        const writes = encoded.ok ? encoded.writes : [];
        return resume.every(({ address, words }) =>
          writes.some((write) => write.address === address && write.values.join() === words.join()),
        );
      };
      expect([sends('widening'), sends('narrowing'), sends('refresh')]).toEqual([true, false, false]);
    }
  });

  it('is refused when it is no number, negative or without end', () => {
    for (const data of chargePoints) {
      for (const currentA of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
        const encoded = encodeAction(data, { kind: 'setChargeCurrent', currentA }, 'narrowing');
        expect(encoded).toMatchObject({ ok: false, fault: 'write-refused' });
      }
    }
  });
});

describe('the fall-back settings', () => {
  it('come back as they are promised, never above what was asked', () => {
    for (const data of chargePoints) {
      if (data.fallback === undefined) continue;
      const { current, timeout } = data.fallback;
      const currents =
        'fixedA' in current
          ? fc.constant(current.fixedA)
          : fc.double({ min: current.minimumA, max: current.maximumA, noNaN: true });
      const timeouts =
        'fixedMs' in timeout
          ? fc.constant(timeout.fixedMs)
          : fc.integer({ min: timeout.minimumMs, max: timeout.maximumMs });
      fc.assert(
        fc.property(currents, timeouts, (currentA, timeoutMs) => {
          const encoded = encodeFallback(data, { currentA, timeoutMs });
          if (!encoded.ok) throw new Error(encoded.detail);
          const { settings, writes } = encoded.fallback;
          expect(settings.currentA).toBeLessThanOrEqual(currentA * (1 + 1e-7));
          expect(settings.timeoutMs).toBeLessThanOrEqual(timeoutMs);
          if ('unit' in current) expect(said(writes, current, data.wordOrder)).toBe(settings.currentA);
          if ('unit' in timeout) expect(said(writes, timeout, data.wordOrder)).toBe(settings.timeoutMs);
        }),
      );
    }
  });
});

describe('the gate before the wire', () => {
  it('lets nothing through that the allow-list does not name', () => {
    const functionCode = fc.constantFrom(5 as const, 6 as const, 15 as const, 16 as const);
    for (const data of all) {
      fc.assert(
        fc.property(
          functionCode,
          fc.integer({ min: 0, max: 0xffff }),
          fc.integer({ min: 0, max: 0xffff }),
          (code, address, value) => {
            const isNamed = data.writes.some(
              (entry) =>
                entry.model === undefined &&
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
    for (const data of all) {
      for (const never of data.neverWrite) {
        const codes = never.function === undefined ? ([5, 6, 15, 16] as const) : [never.function];
        for (const functionCode of codes) {
          for (const value of never.values ?? [0, 1, 4, 100, 0xff00]) {
            const { model, occurrence, address } = never;
            const encoded = allow(data, [{ functionCode, model, occurrence, address, values: [value] }]);
            expect(encoded).toMatchObject({ ok: false, fault: 'write-refused' });
          }
        }
      }
    }
  });

  it('refuses an allowed value by another function, and in another model', () => {
    const keba = profiles.get('keba-p30');
    if (keba === undefined) throw new Error('no KEBA');
    const write = { functionCode: 6, address: 5004, values: [6000] } as const;
    expect(allow(keba.data, [write]).ok).toBe(true);
    expect(allow(keba.data, [{ ...write, functionCode: 16 }]).ok).toBe(false);
    expect(allow(keba.data, [{ ...write, model: [123] }]).ok).toBe(false);
  });

  it('refuses a write that begins inside and ends outside of what is allowed', () => {
    const relay = profiles.get('waveshare-relay-8');
    if (relay === undefined) throw new Error('no relay');
    expect(allow(relay.data, [{ functionCode: 5, address: 7, values: [0] }]).ok).toBe(true);
    expect(allow(relay.data, [{ functionCode: 5, address: 7, values: [0, 0] }]).ok).toBe(false);
    expect(allow(relay.data, [{ functionCode: 5, address: 7, values: [] }]).ok).toBe(false);
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { measured } from '../../src/domain/reading.ts';
import { decodePoint } from '../../src/profiles/decode.ts';
import { encodeAction, encodeFallback } from '../../src/profiles/encode.ts';
import { loadProfiles } from '../../src/profiles/loadProfiles.ts';

const DRIVERS = join(import.meta.dirname, '../../drivers');
const { profiles, mistakes } = loadProfiles(DRIVERS);

describe('the shipped device profiles', () => {
  it('have no mistake, and their vectors hold', () => {
    expect(mistakes).toEqual([]);
    const files = readdirSync(DRIVERS).filter(
      (file) => file.endsWith('.json') && file !== 'profile.schema.json',
    );
    expect(profiles.size).toBe(files.length);
  });

  it('are those of the first homes', () => {
    expect([...profiles.keys()]).toEqual([
      'eastron-sdm230',
      'eastron-sdm630',
      'heidelberg-energy-control',
      'keba-p30',
      'waveshare-relay-8',
    ]);
  });

  it('stand in the table of drivers/README.md with how well they are confirmed', () => {
    const readme = readFileSync(join(DRIVERS, 'README.md'), 'utf8');
    const rows = readme.split('\n').filter((line) => line.startsWith('| `'));
    expect(rows).toHaveLength(profiles.size);
    for (const [id, { data }] of profiles) {
      const row = rows.find((line) => line.startsWith(`| \`${id}\` |`));
      expect(row).toContain(`${data.maker} `);
      expect(row).toContain(`| ${data.confidence} |`);
    }
  });

  for (const [id, profile] of profiles) {
    for (const vector of profile.data.vectors.reads) {
      it(`${id} reads ${vector.says}`, () => {
        const answers = profile.plan.blocks.map((block) => {
          const given = vector.registers.filter((registers) => registers.block === block.name);
          if (given.length === 0) return undefined;
          const words = new Array<number>(block.count).fill(0);
          for (const { address, words: some } of given) {
            for (const [index, word] of some.entries()) words[address - block.address + index] = word;
          }
          return { words, measuredAtMs: 7 };
        });
        for (const [name, value] of Object.entries(vector.readings)) {
          const point = profile.plan.points.find((planned) => planned.name === name);
          const reading = point && decodePoint(point, answers, 8);
          if (value === 'unknown') expect(reading?.state).toBe('unknown');
          else expect(reading).toEqual(measured(value, 7));
        }
      });
    }
    for (const { says, action, requests } of profile.data.vectors.writes) {
      it(`${id} ${requests.length === 0 ? 'refuses' : 'writes'} ${says}`, () => {
        const encoded =
          action.kind === 'secureFallback'
            ? encodeFallback(profile.data, action)
            : encodeAction(profile.data, action);
        if (requests.length === 0) {
          expect(encoded).toMatchObject({ ok: false, fault: 'write-refused' });
          return;
        }
        const writes =
          encoded.ok && 'fallback' in encoded ? encoded.fallback.writes : encoded.ok && encoded.writes;
        expect(writes).toMatchObject(
          requests.map(({ function: functionCode, address, values }) => ({ functionCode, address, values })),
        );
      });
    }
  }

  it('write only registers that do not wear', () => {
    for (const { data } of profiles.values()) {
      for (const entry of data.writes) expect(entry.wear).toBe('ram');
    }
  });

  it('keep a dead gateway from leaving a load uncontrolled', () => {
    for (const { data } of profiles.values()) expect(data.watchdog.isSafe).toBe(true);
  });
});

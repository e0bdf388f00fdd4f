import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { measured } from '../../src/domain/reading.ts';
import { decodePoint } from '../../src/profiles/decode.ts';
import { loadProfiles } from '../../src/profiles/loadProfiles.ts';

const DRIVERS = join(import.meta.dirname, '../../drivers');
const { profiles, mistakes } = loadProfiles(DRIVERS);
const FIRST_HOMES = [
  'eastron-sdm230',
  'eastron-sdm630',
  'heidelberg-energy-control',
  'keba-p30',
  'waveshare-relay-8',
];

describe('the shipped device profiles', () => {
  it('have no mistake, and their vectors hold', () => {
    expect(mistakes).toEqual([]);
    const files = readdirSync(DRIVERS).filter(
      (file) => file.endsWith('.json') && file !== 'profile.schema.json',
    );
    expect(profiles.size).toBe(files.length);
  });

  it('have those of the first homes among them', () => {
    expect([...profiles.keys()]).toEqual(expect.arrayContaining(FIRST_HOMES));
  });

  it('stand in the tables of docs/devices.md with how well they are confirmed (if not, run: npm run docs)', () => {
    const page = readFileSync(join(DRIVERS, '../docs/devices.md'), 'utf8');
    const rows = page.split('\n').filter((line) => line.startsWith('| `'));
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
  }

  it('of the first homes write only registers that do not wear, and hold a load when the gateway is dead', () => {
    for (const id of FIRST_HOMES) {
      const data = profiles.get(id)?.data;
      for (const entry of data?.writes ?? []) expect(entry.wear).toBe('ram');
      expect(data?.watchdog.isSafe).toBe(true);
    }
  });
});

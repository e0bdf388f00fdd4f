import { describe, expect, it } from 'vitest';
import { findProfile, loadProfiles } from '../../src/profiles/loadProfiles.ts';
import { exampleProfile, profileDirectory } from './exampleProfile.ts';

type Example = ReturnType<typeof exampleProfile>;

/** What the loader says about the example after one change. */
function mistakesAfter(change: (profile: Example) => void): string[] {
  const profile = exampleProfile();
  change(profile);
  const { mistakes } = loadProfiles(profileDirectory({ 'example-one.json': profile }));
  return mistakes.map(({ path, message }) => `${path}: ${message}`);
}

describe('the profile directory', () => {
  it('gives a device that no source file names, from its file alone', () => {
    const loaded = loadProfiles(profileDirectory({ 'example-one.json': exampleProfile() }));
    expect(loaded.mistakes).toEqual([]);
    expect(loaded.profiles.get('example-one')?.data.maker).toBe('Example');
  });

  it('lists all mistakes of all files at once, by file and path', () => {
    const twice = exampleProfile();
    Object.assign(twice, { colour: 'red', confidence: 'hearsay' });
    twice.points.phaseCurrentL1 = { is: 'number' };
    Object.assign(twice.points.setpointA ?? {}, { unit: 'amps', plausible: [0] });
    const { profiles, mistakes } = loadProfiles(
      profileDirectory({
        'broken.json': '{ "maker": ',
        'Bad Name.json': exampleProfile(),
        'twice.json': twice,
        'example-one.json': exampleProfile(),
        'profile.schema.json': {},
        'README.md': 'text',
      }),
    );
    expect([...profiles.keys()]).toEqual(['example-one']);
    expect(mistakes.map(({ file, path }) => `${file} ${path}`)).toEqual([
      'Bad Name.json ',
      'broken.json ',
      'twice.json confidence',
      'twice.json points.setpointA.unit',
      'twice.json points.setpointA.plausible',
      'twice.json points.phaseCurrentL1',
      'twice.json colour',
    ]);
    for (const { message } of mistakes) expect(message.length).toBeGreaterThan(20);
    expect(mistakes[5]?.message).toContain('phaseCurrentA.L1');
  });

  it('says which file or folder is missing', () => {
    const { mistakes } = loadProfiles('/does/not/exist');
    expect(mistakes).toHaveLength(1);
    expect(mistakes[0]?.message).toContain('/does/not/exist cannot be read');
  });

  it('names the known profiles when one is unknown, and the mistake when one is broken', () => {
    const loaded = loadProfiles(
      profileDirectory({ 'example-one.json': exampleProfile(), 'example-two.json': '[' }),
    );
    expect(findProfile(loaded, 'example-one')).toMatchObject({ ok: true });
    expect(findProfile(loaded, 'example-1')).toEqual({
      ok: false,
      message:
        'no profile "example-1"; known are: example-one. Correct the name, or add drivers/example-1.json',
    });
    const broken = findProfile(loaded, 'example-two');
    expect(broken.ok ? '' : broken.message).toContain('has 1 mistake(s); the first: expected JSON');
  });
});

describe('the lint refuses', () => {
  const rows: readonly [string, string, (profile: Example) => void][] = [
    ['a profile without a source', 'sources: ', (profile) => void profile.sources.pop()],
    [
      'a point outside of its block',
      'points["phaseCurrentA.L1"].address: 2 at 21 is not inside block "measures" (16 to 21)',
      (profile) => void Object.assign(profile.points['phaseCurrentA.L1'] ?? {}, { address: 21 }),
    ],
    [
      'two points on overlapping registers',
      'points.totalEnergyWh: overlaps with the registers of phaseCurrentA.L1',
      (profile) => void Object.assign(profile.points.totalEnergyWh ?? {}, { address: 17 }),
    ],
    [
      'a unit of another quantity',
      'points["phaseCurrentA.L1"].unit: phaseCurrentA.L1 cannot come from a register in "kW"',
      (profile) => void Object.assign(profile.points['phaseCurrentA.L1'] ?? {}, { unit: 'kW' }),
    ],
    [
      'a range that is upside down',
      'points.setpointA.plausible: expected [least, most], found [80, 0]',
      (profile) => void Object.assign(profile.points.setpointA ?? {}, { plausible: [80, 0] }),
    ],
    [
      'a block that no point uses',
      'blocks.spare: no point uses this block',
      (profile) =>
        void Object.assign(profile.blocks, {
          spare: { function: 4, address: 0, count: 1, group: 'slow', cadenceMs: 1000 },
        }),
    ],
    [
      'blocks that read the same registers',
      'blocks.settings: reads registers that blocks.measures reads too',
      (profile) => void Object.assign(profile.blocks.measures, { address: 97 }),
    ],
    [
      'fast blocks beyond the pace of the maker',
      'blocks: the fast blocks want 1 reads a second, timing.readSpacingMs leaves 0.5',
      (profile) => void Object.assign(profile.timing, { readSpacingMs: 2000 }),
    ],
    [
      'a command that the allow-list does not cover',
      'commands.setChargeCurrent: function 16, address 100, value 160 is not on the allow-list',
      (profile) => void Object.assign(profile.writes[0] ?? {}, { values: [{ from: 0, to: 150 }] }),
    ],
    [
      'a fall-back that the allow-list does not cover',
      'fallback: function 16, address 102, value 600 is not on the allow-list',
      (profile) => void Object.assign(profile.writes[2] ?? {}, { values: [{ from: 5, to: 599 }] }),
    ],
    [
      'a preparation that the allow-list does not cover',
      'prepare: function 6, address 300, value 1 is not on the allow-list',
      (profile) => void profile.prepare.push({ function: 6, address: 300, word: 1, why: 'wakes it' }),
    ],
    [
      'an allow-list that permits what must never be written',
      'writes[1]: permits what neverWrite[0] forbids: resets the device',
      (profile) => void Object.assign(profile.neverWrite[0] ?? {}, { address: 101, values: [0] }),
    ],
    [
      'a register that wears without a budget',
      'writes[0].dailyBudget: a register that wears needs a daily budget',
      (profile) => void delete profile.writes[0]?.dailyBudget,
    ],
    [
      'a refreshed command on a register that wears',
      'writes[0].wear: a command that is refreshed may not go to a register that wears',
      (profile) => void Object.assign(profile, { refreshEveryMs: 20_000 }),
    ],
    [
      'a step that the register cannot say',
      'commands.setChargeCurrent.stepA: 0.25 A is not a whole number of "0.1 A"',
      (profile) => void Object.assign(profile.commands.setChargeCurrent ?? {}, { stepA: 0.25 }),
    ],
    [
      'a set-point that is not read back',
      'points: setpointA is missing',
      (profile) => void delete profile.points.setpointA,
    ],
    [
      'a switch that lapses before it is refreshed',
      'refreshEveryMs: "closed" lapses after 60000 ms',
      (profile) =>
        void Object.assign(profile.commands, {
          setSwitch: {
            firstChannel: 1,
            channels: 1,
            closed: { function: 16, address: 102, word: 5 },
            open: { function: 16, address: 101, word: 0 },
            closedHoldsMs: 60_000,
          },
        }),
    ],
    [
      'fall-back settings without a watchdog',
      'watchdog.fedBy: fall-back settings need a watchdog',
      (profile) => void Object.assign(profile.watchdog, { fedBy: 'nothing' }),
    ],
    [
      'a vector that does not hold',
      'vectors.reads[0].readings["totalEnergyWh"]: exporting 2 A, 5 Wh in all: expected totalEnergyWh = 6, found 5',
      (profile) =>
        void Object.assign(profile.vectors.reads[0] ?? {}, {
          readings: { 'phaseCurrentA.L1': -2, totalEnergyWh: 6 },
        }),
    ],
    [
      'a write vector that does not hold',
      'vectors.writes[0]: down to half an ampere: expected function 16 at 100: 106, found function 16 at 100: 105',
      (profile) =>
        void Object.assign(profile.vectors.writes[0] ?? {}, {
          requests: [{ function: 16, address: 100, values: [106] }],
        }),
    ],
    [
      'a point without an example',
      'vectors.reads: no example gives a value of setpointA',
      (profile) => void profile.vectors.reads.pop(),
    ],
    [
      'a command without an example',
      'vectors.writes: no example of setChargeCurrent',
      (profile) => void profile.vectors.writes.shift(),
    ],
  ];
  for (const [name, expected, change] of rows) {
    it(name, () => {
      expect(mistakesAfter(change).some((line) => line.startsWith(expected))).toBe(true);
    });
  }

  it('nothing twice: vectors run only when the rest is right', () => {
    expect(
      mistakesAfter((profile) => Object.assign(profile.points['phaseCurrentA.L1'] ?? {}, { unit: 'kW' })),
    ).toHaveLength(1);
  });
});

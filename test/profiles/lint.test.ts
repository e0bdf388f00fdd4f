import { describe, expect, it } from 'vitest';
import { loadProfiles } from '../../src/profiles/loadProfiles.ts';
import { exampleInverter } from './exampleInverter.ts';
import { exampleProfile, profileDirectory } from './exampleProfile.ts';

type Charger = ReturnType<typeof exampleProfile>;
type Inverter = ReturnType<typeof exampleInverter>;

function mistakesOf(profile: object): string[] {
  const { mistakes } = loadProfiles(profileDirectory({ 'example-one.json': profile }));
  return mistakes.map(({ path, message }) => `${path}: ${message}`);
}

function change<T extends object>(profile: T, by: (profile: T) => unknown): T {
  by(profile);
  return profile;
}

/** Takes 1 and 3 at 103; the other number is sent to this address. */
function switchPhases(profile: Charger, threeAt: number): void {
  const to = (address: number, word: number) => [{ function: 16, address, words: [word] }];
  profile.commands.setPhases = { one: to(103, 1), three: to(threeAt, 3) };
  const values = [{ from: 1, to: 3 }];
  profile.writes.push({ function: 16, address: 103, values, wear: 'ram', leastSpacingMs: 0 });
}

/** Each row: what is wrong, how the mistake begins, how the charger is spoilt. */
const CHARGER_ROWS: readonly [string, string, (profile: Charger) => unknown][] = [
  [
    'a charge point that does not say whether a car charges',
    'points: chargingState is missing',
    (profile) => {
      delete profile.points.chargingState;
    },
  ],
  [
    'a meter without a current or a power',
    'points: a meter needs a current or a power',
    (profile) => {
      profile.kind = 'meter';
      delete profile.points['phaseCurrentA.L1'];
    },
  ],
  [
    'phases that are not read back',
    'points: onePhase, phaseCurrentA.L2, phaseCurrentA.L3 is missing: phases that are not read back',
    (profile) => switchPhases(profile, 103),
  ],
  [
    'phases that no allowance names',
    'commands.setPhases.three: function 16, address 104, value 3 is not on the allow-list',
    (profile) => switchPhases(profile, 104),
  ],
  [
    'a long run of registers that no point uses',
    'blocks.settings: reads 47 registers in a row that no point uses; more than 20 cost more',
    (profile) => {
      Object.assign(profile, {
        link: { transport: 'rtu', baudRate: 9600, parity: 'none', stopBits: 1, unit: 1 },
      });
      profile.blocks.settings.count = 50;
    },
  ],
  [
    'more registers in a block than the maker answers',
    'blocks.measures.count: expected at most 5 in one request',
    (profile) => Object.assign(profile.timing, { mostRegistersPerRead: 5 }),
  ],
  [
    'fast blocks that the line cannot carry',
    'blocks: the fast blocks alone need ',
    (profile) => {
      Object.assign(profile, {
        link: { transport: 'rtu', baudRate: 300, parity: 'none', stopBits: 1, unit: 1 },
      });
    },
  ],
  [
    'a time-out that would stall the line',
    'timing.timeoutMs: expected at most 10000 ms, found 60000',
    (profile) => Object.assign(profile.timing, { timeoutMs: 60_000 }),
  ],
  [
    'a silence longer than the time-out',
    'timing.silenceMs: longer than timeoutMs (400 ms)',
    (profile) => Object.assign(profile.timing, { silenceMs: 500 }),
  ],
  [
    'a model where there is no chain',
    'blocks.state.model: models are for SunSpec maps',
    (profile) => Object.assign(profile.blocks.state, { model: [103] }),
  ],
  [
    'a model that is counted but not named',
    'blocks.state.occurrence: counts models; name the model',
    (profile) => Object.assign(profile.blocks.state, { occurrence: 2 }),
  ],
  [
    'a fingerprint that asks for nothing',
    'fingerprint[0]: says nothing that must be found',
    (profile) => profile.fingerprint.splice(0, 1, { function: 3, address: 1, type: 'u16' }),
  ],
  [
    'a fingerprint by a text without a length',
    'fingerprint[0]: a text needs "registers"',
    (profile) => profile.fingerprint.splice(0, 1, { function: 3, address: 1, type: 'text', startsWith: 'x' }),
  ],
  [
    'a fingerprint that no register can hold',
    'fingerprint[0]: 65536 is more than a register of type "u16" can hold',
    (profile) => profile.fingerprint.splice(0, 1, { function: 3, address: 1, type: 'u16', is: ['0x10000'] }),
  ],
  [
    'more looks than a scan needs',
    'fingerprint: expected at most 8 looks',
    (profile) => {
      for (let address = 0; address < 8; address++)
        profile.fingerprint.push({ function: 3, address, type: 'u16', is: [1] });
    },
  ],
  [
    'a mark for "no value" of another length',
    'points["phaseCurrentA.L1"].notAvailable[0]: expected 2 word(s) for "i32", found 1',
    (profile) => Object.assign(profile.points['phaseCurrentA.L1'] ?? {}, { notAvailable: [[1]] }),
  ],
  [
    'a device that takes commands, feels no dead gateway and is called safe',
    'watchdog.isSafe: a device that takes commands and feels no dead gateway is not safe',
    (profile) => Object.assign(profile.watchdog, { fedBy: 'nothing' }),
  ],
  [
    'a watchdog that is fed by a register that nobody names',
    'keepAlive: is missing',
    (profile) => Object.assign(profile.watchdog, { fedBy: 'register' }),
  ],
  [
    'a keep-alive slower than half of what the device waits',
    'keepAlive.everyMs: the device waits 600000 ms at most',
    (profile) => {
      Object.assign(profile.watchdog, { fedBy: 'register' });
      const writes = [{ function: 16, address: 102, words: [5] }];
      Object.assign(profile, { keepAlive: { everyMs: 300_001, writes } });
    },
  ],
  [
    'a keep-alive that the allow-list does not name',
    'keepAlive.writes: function 6, address 9, value 1 is not on the allow-list',
    (profile) => {
      Object.assign(profile.watchdog, { fedBy: 'register' });
      Object.assign(profile, {
        keepAlive: { everyMs: 1000, writes: [{ function: 6, address: 9, words: [1] }] },
      });
    },
  ],
  [
    'a keep-alive on a register that wears',
    'writes[2].wear: a command that is refreshed may not go to a register that wears',
    (profile) => {
      Object.assign(profile.watchdog, { fedBy: 'register' });
      const writes = [{ function: 16, address: 102, words: [5] }];
      Object.assign(profile, { keepAlive: { everyMs: 1000, writes } });
    },
  ],
  [
    'a set-point that feeds the watchdog and wears',
    'writes[0].wear: a command that is refreshed may not go to a register that wears',
    (profile) => Object.assign(profile.watchdog, { fedBy: 'write' }),
  ],
  [
    'a 0 that is not written, with nothing else that pauses',
    'commands.setChargeCurrent.pause: is missing',
    (profile) => Object.assign(profile.commands.setChargeCurrent ?? {}, { zeroMeans: 'notWritten' }),
  ],
  [
    'a "resume" that the allow-list does not name',
    'commands.setChargeCurrent: function 16, address 103, value 1 is not on the allow-list',
    (profile) =>
      Object.assign(profile.commands.setChargeCurrent ?? {}, {
        resume: [{ function: 16, address: 103, words: [1] }],
      }),
  ],
  [
    'two words by the function that writes one',
    'commands.setChargeCurrent.function: function 6 writes one word, "f32" has more',
    (profile) => Object.assign(profile.commands.setChargeCurrent ?? {}, { function: 6, type: 'f32' }),
  ],
  [
    'watts without saying what an amp is',
    'commands.setChargeCurrent.unit: expected a unit of current such as "mA", found "W"',
    (profile) => Object.assign(profile.commands.setChargeCurrent ?? {}, { unit: 'W' }),
  ],
  [
    'a contact that no command reaches',
    'points["relayClosed.3"]: no such channel',
    (profile) => {
      profile.commands.setSwitch = {
        firstChannel: 1,
        channels: 1,
        closed: { function: 16, address: 102, word: 5 },
        open: { function: 16, address: 101, word: 0 },
      };
      Object.assign(profile.blocks, {
        coils: { function: 1, address: 0, count: 4, group: 'slow', cadenceMs: 1000 },
      });
      profile.points['relayClosed.3'] = { is: 'bit', block: 'coils', address: 2 };
    },
  ],
  [
    'a fixed point on a block that is not there',
    'points: a fixed point names no block "nothing"',
    (profile) => {
      profile.points.maximumCurrentA = { is: 'fixed', block: 'nothing', value: 16, why: 'in the manual' };
    },
  ],
];

const INVERTER_ROWS: readonly [string, string, (profile: Inverter) => unknown][] = [
  [
    'a limit of power without a rating, a read-back and what flows',
    'points: ratedPowerW, powerLimitW is missing',
    (profile) => {
      delete profile.points.ratedPowerW;
      delete profile.points.powerLimitW;
    },
  ],
  [
    'a limit that cannot be taken away',
    'commands.setPowerLimit.released: function 6, model 123, address 9, value 0 is not on the allow-list',
    (profile) => profile.writes.pop(),
  ],
  [
    'a limit that cannot be set',
    'commands.setPowerLimit.limited: function 16, model 123, address 5',
    (profile) => profile.writes.shift(),
  ],
  [
    'a frame of a limit without the limit',
    'commands.setPowerLimit.limited: expected "limit" in one place, found 0',
    (profile) =>
      Object.assign(profile.commands.setPowerLimit ?? {}, {
        limited: [{ function: 16, model: [123], address: 5, words: [0] }],
      }),
  ],
  [
    'a limit in per cent of nothing',
    'commands.setPowerLimit.unit: expected "W", found "%"',
    (profile) => {
      delete (profile.commands.setPowerLimit as Record<string, unknown>).shareOfPoint;
    },
  ],
  [
    'a limit that fails open and is called safe',
    'watchdog.isSafe: a limit that lapses to full power fails open; expected false',
    (profile) => Object.assign(profile.watchdog, { isSafe: true }),
  ],
  [
    'a limit that fails open without a word for the installer',
    'quirks: say that the limit lapses to full power',
    (profile) => profile.quirks.splice(0, 1, 'It is grey.'),
  ],
  [
    'a limit that is refreshed too late',
    'refreshEveryMs: the limit lapses after 60000 ms; expected a refresh at no more than half',
    (profile) => Object.assign(profile, { refreshEveryMs: 31_000 }),
  ],
  [
    'a limit that lapses to nobody knows what',
    'commands.setPowerLimit.lapsesTo: lapsesMs and lapsesTo belong together',
    (profile) => {
      delete (profile.commands.setPowerLimit as Record<string, unknown>).lapsesTo;
    },
  ],
  [
    'a revert time of model 123 that is another than the profile promises',
    'commands.setPowerLimit.limited: model 123 ends a limit by its revert time: expected 90 s at offset 7 (lapsesMs; 0: never), found 60',
    (profile) => Object.assign(profile.commands.setPowerLimit ?? {}, { lapsesMs: 90_000 }),
  ],
  [
    'a revert time of model 123 that is left as it was',
    'commands.setPowerLimit.limited: model 123 ends a limit by its revert time: expected 60 s at offset 7 (lapsesMs; 0: never), it is not written',
    (profile) =>
      Object.assign(profile.commands.setPowerLimit ?? {}, {
        limited: [{ function: 16, model: [123], address: 5, words: ['limit'] }],
      }),
  ],
  [
    'a share of another quantity',
    'points.powerLimitW.shareOf.unit: powerLimitW cannot come from a register in "A"',
    (profile) =>
      Object.assign(profile.points.powerLimitW ?? {}, {
        shareOf: { block: 'ratings', address: 2, type: 'u16', unit: 'A' },
      }),
  ],
  [
    'a scale factor outside of its block',
    'points.totalPowerW.scaleFactor.address: 1 at 40 is not inside block "measures" (2 to 18)',
    (profile) =>
      Object.assign(profile.points.totalPowerW ?? {}, { scaleFactor: { block: 'measures', address: 40 } }),
  ],
  [
    'a chain that no block uses',
    'sunSpec: no block names a model of the chain',
    (profile) => {
      for (const block of Object.values(profile.blocks)) delete (block as Record<string, unknown>).model;
    },
  ],
  [
    'a permit for what does harm in the same model',
    'writes[0]: permits what neverWrite[0] forbids: opens the relay',
    (profile) => Object.assign(profile.neverWrite[0] ?? {}, { address: 6 }),
  ],
  [
    'an example of a write whose register is not in its block',
    'vectors.writes[0].given[0]: not inside of a block "ratings"',
    (profile) =>
      Object.assign(profile.vectors.writes[0] ?? {}, {
        given: [{ block: 'ratings', address: 90, words: [1] }],
      }),
  ],
  [
    'a refusal that was not expected, with its reason',
    'vectors.writes[0]: 1999 W of 5000 W is 39.98 %: expected function 16 at 5: 3998 0 60 0 1, found a refusal (a limit of 1999 W needs the scale factor',
    (profile) => Object.assign(profile.vectors.writes[0] ?? {}, { given: [] }),
  ],
];

describe('the lint of a profile refuses', () => {
  for (const [name, expected, spoil] of CHARGER_ROWS) {
    it(name, () => {
      const mistakes = mistakesOf(change(exampleProfile(), spoil));
      expect(mistakes).toContainEqual(expect.stringMatching(startingWith(expected)));
    });
  }
  for (const [name, expected, spoil] of INVERTER_ROWS) {
    it(name, () => {
      const mistakes = mistakesOf(change(exampleInverter(), spoil));
      expect(mistakes).toContainEqual(expect.stringMatching(startingWith(expected)));
    });
  }
});

describe('the lint of a profile permits', () => {
  it('a long run that is explained, and the same registers in two models', () => {
    const explained = exampleProfile();
    Object.assign(explained, {
      link: { transport: 'rtu', baudRate: 9600, parity: 'none', stopBits: 1, unit: 1 },
    });
    Object.assign(explained.blocks.settings, { count: 50, gapWhy: 'the maker wants the block read whole' });
    expect(mistakesOf(explained)).toEqual([]);
    const twice = exampleInverter();
    Object.assign(twice.neverWrite[0] ?? {}, { model: [124], address: 6 });
    expect(mistakesOf(twice)).toEqual([]);
  });
});

describe('the lint of a profile permits, where the profile says so,', () => {
  it('one register for two quantities, and a limit that cannot be read back', () => {
    const both = exampleProfile();
    const register = { is: 'number', block: 'settings', address: 100, type: 'u16', unit: 'W' };
    Object.assign(both.points.setpointA ?? {}, { ...register, perAmp: 0.1, atLeastZero: true });
    both.points.powerLimitW = { ...register, plausible: [0, 400], positive: 'export', atLeastZero: true };
    expect(mistakesOf(both).filter((mistake) => mistake.includes('overlaps'))).toEqual([]);
    const writeOnly = exampleInverter();
    delete writeOnly.points.powerLimitW;
    Object.assign(writeOnly, { absent: ['powerLimitW'] });
    expect(mistakesOf(writeOnly).filter((mistake) => mistake.startsWith('points:'))).toEqual([]);
  });
});

function startingWith(text: string): RegExp {
  return new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`);
}

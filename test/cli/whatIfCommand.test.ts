import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../../src/cli/exitCodes.ts';
import type { Parsed } from '../../src/gateway/whatIf/planChange.ts';
import type { WhatIfResult } from '../../src/gateway/whatIf/result.ts';
import type { JournalSegment } from '../../src/ports/store.ts';
import { EMPTY_RECORD, loadgate, recordContext, testContext } from './testContext.ts';

const figures = { secondsAbove: 4, longestExcursionSeconds: 2.25, peak: 54.53 };
const RESULT: WhatIfResult = {
  decisions: 3606,
  differing: 0,
  from: '2026-01-05T17:00:00.000Z',
  until: '2026-01-05T18:00:00.000Z',
  seconds: 3600,
  gapSeconds: 0,
  loads: [
    {
      loadId: 'charge-point',
      kind: 'chargePoint',
      basis: 'measured',
      recordedWh: 7563,
      supposedWh: 2629,
    },
    { loadId: 'solar', kind: 'switchedGenerator', basis: 'least', recordedWh: 1000, supposedWh: 999.9 },
  ],
  ceilings: [
    {
      circuitId: 'connection-point',
      direction: 'import',
      basis: 'phaseCurrentA',
      recorded: { leastCeiling: 54, greatestCeiling: 54, ...figures },
      supposed: { leastCeiling: 0, greatestCeiling: 40, ...figures },
    },
    {
      circuitId: 'connection-point',
      direction: 'export',
      basis: 'activePowerW',
      supposed: { leastCeiling: 3000, greatestCeiling: 3000, ...figures, peak: 2999.7 },
    },
  ],
  relief: {
    import: { meanW: 4933, greatestW: 7433, greatestAt: '2026-01-05T17:58:02.000Z', energyWh: 4933 },
    export: { meanW: -0.1, greatestW: 0, energyWh: -0.1 },
  },
  moves: {
    recorded: { setpointChanges: 8, contactorOperations: 3, lockOuts: 0 },
    supposed: { setpointChanges: 54, contactorOperations: 1, lockOuts: 0 },
  },
  assumptions: ['A load follows its set-point one decision later.'],
};

function journal(result: Parsed<WhatIfResult> = { ok: true, value: RESULT }) {
  return recordContext((asked) => ({
    whatIf: (_, changes) => {
      asked.push(changes);
      return result;
    },
  }));
}

describe('loadgate whatif', () => {
  it('takes the interval again with every change that was asked for, in their order', async () => {
    const { asked, close, context } = journal();
    const { exitCode } = await loadgate(
      [
        'whatif',
        '--set',
        'mil=40',
        '--set',
        'circuit.garage.derating=0.9',
        '--set',
        'mel=none',
        '--set',
        'hours=default',
        '--state-directory',
        tmpdir(),
        '--since',
        '2026-01-05T17:00',
        '--until',
        '2026-01-05T18:00:00+01:00',
      ],
      context,
    );
    expect(exitCode).toBe(0);
    expect(asked).toEqual([
      tmpdir(),
      { fromUtcMs: Date.UTC(2026, 0, 5, 17), untilUtcMs: Date.UTC(2026, 0, 5, 17) },
      [
        { kind: 'circuit', figure: 'maximumImportLimitA', value: 40 },
        { kind: 'circuit', circuitId: 'garage', figure: 'derating', value: 0.9 },
        { kind: 'circuit', figure: 'maximumExportLimitA' },
        { kind: 'hours', hours: 'default' },
      ],
    ]);
    expect(close).toHaveBeenCalledOnce();
  });

  it('shows what was beside what would have been', async () => {
    const { out, err } = await loadgate(['whatif', '--set', 'mil=40'], journal().context);
    expect(err).toBe('');
    expect(
      out,
    ).toBe(`With mil=40: 3606 decisions over 1 h 0 min, from 2026-01-05T17:00:00.000Z until 2026-01-05T18:00:00.000Z.

Energy                    recorded  then      change
  charge-point, taken     7.56 kWh  2.63 kWh  -4.93 kWh
  solar, given, at least  1.00 kWh  1.00 kWh  0.00 kWh

Ceilings                              ceiling        above it  longest  peak
  connection-point, import  recorded  54.0 A         4.0 s     2.3 s    54.5 A
                            then      0.0 to 40.0 A  4.0 s     2.3 s    54.5 A
  connection-point, export  recorded  none
                            then      3000 W         4.0 s     2.3 s    3000 W

Relief at the connection point  mean     in all    greatest
  less import                   4.93 kW  4.93 kWh  7.43 kW at 2026-01-05T17:58:02.000Z
  less export                   0.00 kW  0.00 kWh  0.00 kW

Moves                                 recorded  then  change
  set-point changes                   8         54    +46
  contactor operations                3         1     -2
  lock-outs of the limitation scheme  0         0     0

What this rests on
  - A load follows its set-point one decision later.
`);
  });

  it('prints the same as JSON, with what was asked', async () => {
    const { out } = await loadgate(['whatif', '--set', 'mil=40', '--json'], journal().context);
    expect(JSON.parse(out)).toEqual({ asked: ['mil=40'], ...RESULT });
  });

  it('says when the journal holds nothing in this time', async () => {
    const nothing = { ok: true, value: { ...RESULT, decisions: 0 } } as const;
    const { exitCode, out } = await loadgate(['whatif'], journal(nothing).context);
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: 'The journal holds no decision in this time.\n' });
  });

  it('refuses a circuit that the plan of the journal does not have', async () => {
    const detail = 'circuit garage: the site plan has none of this name, but charging';
    const { context, close } = journal({ ok: false, detail });
    const { exitCode, out, err } = await loadgate(['whatif', '--set', 'circuit.garage.mil=2'], context);
    expect({ exitCode, out }).toEqual({ exitCode: EXIT_CODES.wrongUsage.code, out: '' });
    expect(err).toBe(`loadgate: ${detail}\n`);
    expect(close).toHaveBeenCalledOnce();
  });

  it('compares up to a damaged segment, and says where the journal cannot be read', async () => {
    const context = testContext({
      openRecord: () => {
        function* segments(): Generator<JournalSegment, void> {
          yield { firstRunningMs: 0, lastRunningMs: 0, firstUtcMs: 0, lastUtcMs: 0, entries: [] };
          throw new Error('segment 2 is damaged');
        }
        return { ok: true, record: { ...EMPTY_RECORD, segments } };
      },
      whatIf: (segments) => ({ ok: true, value: { ...RESULT, decisions: [...segments].length } }),
    });
    const { exitCode, out, err } = await loadgate(['whatif', '--json'], context);
    expect(exitCode).toBe(EXIT_CODES.storeUnavailable.code);
    expect(JSON.parse(out)).toMatchObject({ decisions: 1, damage: 'segment 2 is damaged' });
    expect(err).toBe('loadgate: segment 2 is damaged\n');
  });

  it.each([
    ['a name that nobody knows', 'mill=40', 'mil, mel, rating, derating, circuit.<id>.<one of these>, hours'],
    ['no value', 'mil', 'expected <name>=<value>'],
    ['an empty value', 'mil=', 'mil: expected amps from 0, or none, found ""'],
    ['a negative limit', 'mil=-1', 'mil: expected amps from 0, or none, found "-1"'],
    ['a unit', 'mil=40A', 'mil: expected amps from 0, or none, found "40A"'],
    ['no rating at all', 'rating=none', 'rating: expected amps above 0, found "none"'],
    ['a rating of nothing', 'rating=0', 'rating: expected amps above 0, found "0"'],
    ['a derating that raises', 'derating=1.1', 'derating: expected a factor above 0, up to 1, found "1.1"'],
    ['hours that are not', 'hours=night', 'hours: expected none or default, found "night"'],
    ['a figure that no circuit has', 'circuit.garage.colour=1', 'found "circuit.garage.colour=1"'],
    ['a name of the language itself', 'constructor=1', 'found "constructor=1"'],
  ])('refuses %s and says what is known', async (_, text, says) => {
    const { exitCode, out, err } = await loadgate(['whatif', '--set', text], journal().context);
    expect({ exitCode, out }).toEqual({ exitCode: EXIT_CODES.wrongUsage.code, out: '' });
    expect(err).toContain(says);
  });

  it('helps with examples', async () => {
    const { exitCode, out } = await loadgate(['whatif', '--help']);
    expect(exitCode).toBe(0);
    expect(out).toContain('--set <name=value>');
    expect(out).toContain('Examples:');
  });
});

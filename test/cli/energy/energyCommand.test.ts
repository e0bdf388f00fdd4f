import { beforeAll, describe, expect, it } from 'vitest';
import { energyReportSchema } from '../../../src/contract/energy.ts';
import { loadgate, testContext } from '../testContext.ts';
import { RecordedHome } from './recordedHome.ts';

const HOUR = 60;

/** Two days around the end of summer time, with a charge over midnight, a cut and a deaf meter. */
const home = new RecordedHome('2026-10-24T11:00:00Z');

beforeAll(() => {
  home.run(9 * HOUR);
  home.run(30, { isPlugged: true });
  home.run(3 * HOUR, { carA: 16, isPlugged: true });
  home.run(HOUR, { carA: 8, isPlugged: true });
  home.run(10, { isPlugged: true });
  home.off(95, { gridWh: 700 });
  home.run(4 * HOUR);
  home.run(40, { cause: 'meter-stale' });
  home.run(12 * HOUR);
  home.off(30, { isOrderly: true, gridWh: 200 });
  home.run(5 * HOUR);
});

describe('loadgate energy', () => {
  it('shows a month by days, with what is not known and why', async () => {
    const { exitCode, out } = await home.ask('--month', '2026-10', '--sessions');
    expect(exitCode).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "Energy in kWh, times of Europe/London. Recorded from 2026-10-24 12:00 until 2026-10-26 00:25.

                  from the grid  to the grid    car   known
      2026-10-24          14.00         0.00   9.20   100 %
      2026-10-25          13.75         0.00   3.68  89.0 %
      2026-10-26           0.17         0.00   0.00   100 %
      in all              27.91         0.00  12.88  92.6 %

      Sessions  began             ended                   plugged in        charging    kWh    back  most    stops  changes
      1 car     2026-10-24 21:30  after 2026-10-25 01:40  2026-10-24 21:00  3 h 59 min  12.88        16.0 A  1      1

      Not known
        2026-10-25 01:40 to 2026-10-25 02:15 (1 h 35 min): The gateway ended without a word (power cut or crash); what it saw in the minutes before is lost too
          by the registers of the meters 0.70 kWh through the connection point; counted above
        2026-10-25 06:00 to 2026-10-25 07:00 (40 min 0 s), the connection point: The meter has not given a fresh reading in time
        2026-10-25 06:15 to 2026-10-25 06:55 (40 min 1 s), the connection point: The register of the meter could not be read
          by the registers of the meters 0.27 kWh through the connection point; counted above
        2026-10-25 18:55 to 2026-10-25 19:25 (30 min 0 s): The gateway was stopped
          by the registers of the meters 0.20 kWh through the connection point; counted above
      "
    `);
  });

  it('shows one day by half-hours: 50 of them when the clocks go back', async () => {
    const { out } = await home.ask('--day', '2026-10-25', '--half-hours', '--csv');
    const labels = out
      .trimEnd()
      .split('\r\n')
      .slice(1)
      .map((line) => line.split(',')[0]);
    expect(labels).toHaveLength(50);
    expect(labels.filter((label) => label === '2026-10-25 01:30')).toHaveLength(2);
    expect([labels[0], labels.at(-1)]).toEqual(['2026-10-25 00:00', '2026-10-25 23:30']);
  });

  it('shows all that is kept by months when nothing is asked', async () => {
    const { out } = await home.ask();
    expect(out.split('\n').slice(0, 6)).toMatchInlineSnapshot(`
      [
        "Energy in kWh, times of Europe/London. Recorded from 2026-10-24 12:00 until 2026-10-26 00:25.",
        "",
        "         from the grid  to the grid    car   known",
        "2026-10          27.91         0.00  12.88  92.6 %",
        "",
        "1 charging session began in this time, 12.88 kWh; --sessions lists them.",
      ]
    `);
  });

  it('adds up to the register of the meter, however it is asked', async () => {
    const totals = await Promise.all(
      [[], ['--year', '2026'], ['--month', '2026-10'], ['--half-hours']].map(async (args) => {
        const { out } = await home.ask(...args, '--json');
        const report = energyReportSchema.parse(JSON.parse(out));
        return Math.round(report.total.channels.connection?.importWh ?? 0);
      }),
    );
    expect(new Set(totals).size).toBe(1);
    expect(Math.abs((totals[0] ?? 0) - (home.gridWh - 100_000))).toBeLessThan(2);
  });

  it('gives the sessions as CSV', async () => {
    const { out } = await home.ask('--year', '2026', '--sessions', '--csv');
    expect(out).toMatchInlineSnapshot(`
      "number,loadId,pluggedIn,began,ended,isEndSeen,importWh,exportWh,chargingMs,maximumA,clock
      1,car,2026-10-24T20:00:01.000Z,2026-10-24T20:30:01.000Z,2026-10-25T00:40:00.000Z,false,12880,0,14399000,16,synced
      "
    `);
  });

  it.each([
    [['--day', '2026-02-30'], 'Expected a day such as 2026-01-05.'],
    [['--month', '2026-13'], 'Expected a month such as 2026-01.'],
    [['--time-zone', 'Mars'], 'Expected the name of a time zone such as Europe/London.'],
    [['--json', '--csv'], 'cannot be used with'],
  ])('refuses %j with a sentence', async (args, sentence) => {
    const { exitCode, err } = await home.ask(...args);
    expect(exitCode).toBe(64);
    expect(err).toContain(sentence);
  });

  it('says that nothing was recorded where nothing was', async () => {
    const { out } = await home.ask('--year', '2020');
    expect(out).toBe('Nothing was recorded in this time.\n');
  });

  it('says why the record cannot be opened', async () => {
    const context = testContext({ openRecord: () => ({ ok: false, detail: 'the disk is away' }) });
    expect(await loadgate(['energy'], context)).toMatchObject({
      exitCode: 74,
      err: 'loadgate: the disk is away\n',
    });
  });
});

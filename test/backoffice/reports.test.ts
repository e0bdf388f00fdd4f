import { expect, it } from 'vitest';
import { forecastOf } from '../../src/backoffice/notices/forecast.ts';
import { advance, NO_PROGRESS, type Progress } from '../../src/backoffice/notices/progress.ts';
import type { TargetRow } from '../../src/backoffice/notices/store.ts';
import { toCsv } from '../../src/backoffice/reports/csv.ts';
import { customerReport } from '../../src/backoffice/reports/customer.ts';
import type { ReportFacts } from '../../src/backoffice/reports/facts.ts';
import { toHtml } from '../../src/backoffice/reports/html.ts';
import { ofgemReport } from '../../src/backoffice/reports/ofgem.ts';
import { supplierReport } from '../../src/backoffice/reports/supplier.ts';
import { customerReportSchema, ofgemReportSchema, supplierReportSchema } from '../../src/contract/desk.ts';
import { type ReceiptMessage, receiptMessageOf } from '../../src/contract/receipt.ts';
import type { Receipt } from '../../src/domain/restriction.ts';
import { exampleDraft } from './standing.ts';

const NOW = Date.UTC(2026, 6, 6, 17);
const END = NOW + 1_800_000;
const SHA = 'ab'.repeat(32);

function receipt(
  gatewayId: string,
  atUtcMs: number,
  change: Partial<Receipt> & Pick<Receipt, 'status'>,
): ReceiptMessage {
  return receiptMessageOf({
    gatewayId,
    noticeId: 'n-1',
    issuer: '12',
    sha256: SHA,
    atUtcMs,
    runningMs: 0,
    clockLevel: 'synced',
    isRehearsal: false,
    adjustments: [],
    ...change,
  });
}

const through = (...receipts: readonly ReceiptMessage[]): Progress => receipts.reduce(advance, NO_PROGRESS);

/** 9 homes of one supplier that obeyed, 6 without consent, 2 without an answer, 1 that withdrew; of another supplier 2 more. */
function facts(change: Partial<ReportFacts> = {}): ReportFacts {
  const rows: TargetRow[] = [];
  const add = (
    count: number,
    supplierId: string,
    consent: 'given' | 'never',
    progressOf: (id: string) => Progress,
  ): void => {
    for (let index = 0; index < count; index += 1) {
      const gatewayId = `home-${String(rows.length + 1).padStart(2, '0')}`;
      rows.push({
        target: { gatewayId, supplierId, consent, ...(consent === 'given' ? { forecastW: 3_000 } : {}) },
        progress: progressOf(gatewayId),
      });
    }
  };
  const effect = {
    before: { meanW: 7_000, coveredMs: 60_000 },
    during: { meanW: 2_500, coveredMs: 1_790_000 },
    excursions: 0,
  };
  const obeyed = (id: string, endMs: number, how: 'completed' | 'withdrawn') =>
    through(
      receipt(id, NOW, { status: 'received' }),
      receipt(id, NOW, { status: 'started', startsAtUtcMs: NOW, endsAtUtcMs: END }),
      receipt(id, endMs, { status: how, effect, startsAtUtcMs: NOW, endsAtUtcMs: endMs }),
      receipt(id, endMs + 60_000, { status: 'released', effect, startsAtUtcMs: NOW, endsAtUtcMs: endMs }),
    );
  add(9, 'ABCD', 'given', (id) => obeyed(id, END, 'completed'));
  add(6, 'ABCD', 'never', (id) =>
    through(receipt(id, NOW, { status: 'refused', code: 'noConsent', cause: 'never agreed' })),
  );
  add(2, 'ABCD', 'given', () => NO_PROGRESS);
  add(1, 'EFGH', 'given', (id) => obeyed(id, NOW + 600_000, 'withdrawn'));
  add(2, 'EFGH', 'given', (id) =>
    through(
      receipt(id, NOW, {
        status: 'received',
        adjustments: [{ kind: 'trimmed', toMs: 1_200_000, by: 'rollingDay' }],
      }),
      receipt(id, NOW, { status: 'started', startsAtUtcMs: NOW, endsAtUtcMs: NOW + 1_200_000 }),
      receipt(id, NOW + 1_200_000, { status: 'completed', startsAtUtcMs: NOW, endsAtUtcMs: NOW + 1_200_000 }),
    ),
  );
  const draft = exampleDraft({ reason: 'Overload of feeder 12, "Mill <Lane>".' });
  return {
    notice: {
      noticeId: 'n-1',
      draft,
      forecast: forecastOf(draft.measure, [], NOW),
      warnings: [],
      drafted: { by: 'anna', atUtcMs: NOW - 600_000 },
      authorised: { by: 'bob', atUtcMs: NOW - 300_000 },
      sent: {
        by: 'anna',
        atUtcMs: NOW,
        sequence: 4,
        jws: 'a.b.c',
        sha256: SHA,
        keyId: 'k',
        startsAtUtcMs: NOW,
        endsAtUtcMs: END,
        expiresAtUtcMs: END,
      },
      publishedAtUtcMs: NOW,
    },
    rows,
    isFinal: true,
    nowUtcMs: END + 3_600_000,
    ...change,
  };
}

const ofHome = (gatewayId: string) => {
  const row = facts().rows.find(({ target }) => target.gatewayId === gatewayId);
  if (row === undefined) throw new Error(`no ${gatewayId}`);
  return customerReport(facts(), row);
};

it.each(['json', 'csv', 'html'])('the report to a supplier, as %s', async (format) => {
  const report = supplierReport(facts(), 'EFGH');
  expect(supplierReportSchema.strict().parse(report)).toEqual(report);
  await expect(inFormat(report, format)).toMatchFileSnapshot(`golden/supplier.${format}.txt`);
});

it.each(['json', 'csv', 'html'])('the report to Ofgem, as %s', async (format) => {
  const report = ofgemReport(facts());
  expect(ofgemReportSchema.strict().parse(report)).toEqual(report);
  await expect(inFormat(report, format)).toMatchFileSnapshot(`golden/ofgem.${format}.txt`);
});

it.each(['json', 'csv', 'html'])('the report to a customer, as %s', async (format) => {
  const report = ofHome('home-01');
  expect(customerReportSchema.strict().parse(report)).toEqual(report);
  await expect(inFormat(report, format)).toMatchFileSnapshot(`golden/customer.${format}.txt`);
});

it('the supplier sees only its own supplies, with the energy of each', () => {
  const report = supplierReport(facts(), 'ABCD');
  expect(report.totals).toEqual({
    supplies: 17,
    obeyed: 9,
    refused: 6,
    unanswered: 2,
    energyWh: 9 * 2_250,
    unmeasured: 0,
  });
  expect(JSON.stringify(report)).not.toContain('EFGH');
  expect(supplierReport(facts(), 'EFGH').totals).toMatchObject({ supplies: 3, energyWh: 750, unmeasured: 2 });
});

it('Ofgem sees no home, no person and no number from which a home could be told', () => {
  const text = JSON.stringify(ofgemReport(facts()));
  expect(text).not.toMatch(/home-\d|anna|bob|ABCD|EFGH/);
  const { unanswered, refused, obeyed, reached, asked, withdrawn } = ofgemReport(facts());
  expect([asked.value, unanswered.value, withdrawn.value]).toEqual([20, undefined, undefined]);
  // 20 asked less what is shown must not give the two that did not answer away.
  const shown = [obeyed, ...refused.map(({ count }) => count)].filter(({ isSuppressed }) => !isSuppressed);
  expect(shown.length).toBeLessThan(2);
  expect(reached.isSuppressed).toBe(true);
});

it('no report names a member of staff', () => {
  for (const report of [supplierReport(facts(), 'EFGH'), ofgemReport(facts()), ofHome('home-01')]) {
    expect(JSON.stringify(report)).not.toMatch(/anna|bob/);
  }
});

it.each([
  ['home-10', /never in force in your home: this household has not agreed/],
  ['home-16', /never in force in your home: no answer/],
  ['home-18', /from 6 July 2026 at 18:00 to 6 July 2026 at 18:10, for 10 minutes; 30 minutes were asked for/],
  ['home-19', /you had agreed to no more/],
])('the customer of %s reads when', (gatewayId, text) => {
  expect(ofHome(gatewayId).paragraphs.find(({ heading }) => heading === 'When')?.text).toMatch(text);
});

it('a rehearsal and a report before the end say so', () => {
  const { notice } = facts();
  const rehearsal = ofgemReport(
    facts({ isFinal: false, notice: { ...notice, draft: { ...notice.draft, rehearsal: true } } }),
  );
  expect(rehearsal.notes).toEqual(
    expect.arrayContaining([expect.stringMatching(/rehearsal/), expect.stringMatching(/not over/)]),
  );
  expect(toHtml(rehearsal)).toContain('class="rehearsal"');
});

it('what nothing was measured of is not zero', () => {
  const report = ofgemReport(
    facts({ rows: facts().rows.filter(({ progress }) => progress === NO_PROGRESS) }),
  );
  expect(report).toMatchObject({ reliefW: { isSuppressed: false }, energyWh: { isSuppressed: false } });
  expect(report.reliefW).not.toHaveProperty('value');
  expect(report.measured).toEqual({ value: 0, isSuppressed: false });
  expect(toCsv(report)).toMatch(/^relief measured W,not known\r?$/m);
  expect(toHtml(report)).toContain('not known');
});

it('a cell that begins like a formula is text to a spreadsheet', () => {
  const { notice } = facts();
  const report = ofgemReport(
    facts({ notice: { ...notice, draft: { ...notice.draft, reason: '=HYPERLINK("x","y")' } } }),
  );
  expect(toCsv(report)).toContain(`reason,"'=HYPERLINK(""x"",""y"")"`);
});

function inFormat(report: Parameters<typeof toCsv>[0], format: string): string {
  if (format === 'json') return `${JSON.stringify(report, null, 2)}\n`;
  return format === 'csv' ? toCsv(report) : toHtml(report);
}

import type { Report, ReportKind, ReportList } from '../../contract/desk.ts';
import type { Clock } from '../../ports/clock.ts';
import type { WebAnswer } from '../../ports/web.ts';
import type { Boards } from '../notices/boards.ts';
import type { NoticeBook } from '../notices/book.ts';
import { toCsv } from '../reports/csv.ts';
import { customerReport } from '../reports/customer.ts';
import type { ReportFacts } from '../reports/facts.ts';
import { toHtml } from '../reports/html.ts';
import { ofgemReport } from '../reports/ofgem.ts';
import { supplierReport } from '../reports/supplier.ts';
import { json, refuse } from './answers.ts';
import type { Route } from './route.ts';

interface ReportRouteParts {
  readonly book: NoticeBook;
  readonly boards: Boards;
  readonly clock: Clock;
}

/** The three reports on a notice that was sent, each as JSON, CSV or a page for print. */
export function reportRoutes({ book, boards, clock }: ReportRouteParts): readonly Route[] {
  const factsOf = (noticeId: string): ReportFacts | WebAnswer => {
    const notice = book.find(noticeId);
    if (notice === undefined) return refuse('notFound', `There is no notice ${noticeId}.`);
    const { sent } = notice;
    if (sent === undefined) return refuse('wrongState', 'It was not sent; there is nothing to report.');
    const nowUtcMs = clock.now().utcMs;
    const rows = boards.of(noticeId).rows();
    return { notice: { ...notice, sent }, rows, isFinal: book.state(notice, nowUtcMs) === 'over', nowUtcMs };
  };
  const route = (
    kind: ReportKind,
    make: (facts: ReportFacts, query: URLSearchParams) => Report | WebAnswer,
  ): Route => ({
    method: 'GET',
    path: `/api/notices/:id/reports/${kind}`,
    run: ({ values, request: { query } }) => {
      const facts = factsOf(values.id ?? '');
      if ('status' in facts) return facts;
      const report = make(facts, query);
      return 'status' in report ? report : inFormat(report, kind, query.get('format') ?? 'json');
    },
  });
  return [
    {
      method: 'GET',
      path: '/api/notices/:id/reports',
      run: ({ values }) => {
        const facts = factsOf(values.id ?? '');
        return 'status' in facts ? facts : json(listOf(facts));
      },
    },
    route('supplier', (facts, query) => {
      const supplierId = query.get('supplier') ?? '';
      const isKnown = facts.rows.some(({ target }) => target.supplierId === supplierId);
      if (isKnown) return supplierReport(facts, supplierId);
      return refuse('notFound', `No supply of the supplier "${supplierId}" was asked by this notice.`);
    }),
    route('ofgem', (facts) => ofgemReport(facts)),
    route('customer', (facts, query) => {
      const gatewayId = query.get('gateway') ?? '';
      const row = facts.rows.find(({ target }) => target.gatewayId === gatewayId);
      if (row !== undefined) return customerReport(facts, row);
      return refuse('notFound', `The gateway "${gatewayId}" was not asked by this notice.`);
    }),
  ];
}

function listOf({ notice, rows, isFinal }: ReportFacts): ReportList {
  const supplies = new Map<string, number>();
  for (const { target } of rows) {
    if (target.supplierId !== undefined)
      supplies.set(target.supplierId, (supplies.get(target.supplierId) ?? 0) + 1);
  }
  const suppliers = [...supplies]
    .map(([supplierId, count]) => ({ supplierId, supplies: count }))
    .sort((one, other) => (one.supplierId < other.supplierId ? -1 : 1));
  return { noticeId: notice.noticeId, isFinal, suppliers };
}

function inFormat(report: Report, kind: ReportKind, format: string): WebAnswer {
  const whose =
    'supplierId' in report ? `-${report.supplierId}` : 'gatewayId' in report ? `-${report.gatewayId}` : '';
  const name = `${report.noticeId}-${kind}${whose}`.replace(/[^A-Za-z0-9.-]/g, '_');
  const headersOf = (contentType: string, disposition: string, ending: string) => ({
    'content-type': contentType,
    'content-disposition': `${disposition}; filename="${name}.${ending}"`,
    'cache-control': 'no-store',
  });
  switch (format) {
    case 'json':
      return {
        status: 200,
        headers: headersOf('application/json', 'inline', 'json'),
        body: `${JSON.stringify(report, null, 2)}\n`,
      };
    case 'csv':
      return {
        status: 200,
        headers: headersOf('text/csv; charset=utf-8', 'attachment', 'csv'),
        body: toCsv(report),
      };
    case 'html':
      return {
        status: 200,
        headers: headersOf('text/html; charset=utf-8', 'inline', 'html'),
        body: toHtml(report),
      };
    default:
      return refuse('notReadable', `Expected the format json, csv or html, found "${format}".`);
  }
}

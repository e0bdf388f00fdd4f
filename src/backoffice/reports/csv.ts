import type { CustomerReport, OfgemReport, Report, SupplierReport } from '../../contract/desk.ts';

/** RFC 4180, with CRLF; spreadsheets show a cell that begins like a formula as text. */
export function toCsv(report: Report): string {
  return [...headRows(report), [], ...bodyRows(report)]
    .map((cells) => `${cells.map(cell).join(',')}\r\n`)
    .join('');
}

type Row = readonly (string | number | boolean)[];

export function headRows(report: Report): readonly Row[] {
  return [
    ['report', report.schema],
    ['notice', report.noticeId],
    ['issuer', report.issuer.name],
    ['area', report.area],
    ['measure', report.measure],
    ['rehearsal', report.isRehearsal ? 'yes' : 'no'],
    ['reason', report.reason],
    ['basis', report.basis.text],
    ['customers told at', report.basis.customersToldAt],
    ['suppliers told at', report.basis.suppliersToldAt],
    ['drafted at', report.draftedAt],
    ['authorised by a second person at', report.authorisedAt],
    ['sent at', report.sentAt],
    ['planned from', report.startsAt],
    ['ended or planned until', report.endsAt],
    ['final', report.isFinal ? 'yes' : 'no'],
    ['evidence (SHA-256 of the notice)', report.evidence],
    ['made at', report.madeAt],
    ...report.notes.map((note): Row => ['note', note]),
  ];
}

export function bodyRows(report: Report): readonly Row[] {
  switch (report.schema) {
    case 'loadgate.supplier-report/1':
      return supplierRows(report);
    case 'loadgate.ofgem-report/1':
      return ofgemRows(report);
    default:
      return customerRows(report);
  }
}

function supplierRows({ supplierId, supplies, totals }: SupplierReport): readonly Row[] {
  return [
    ['supplier', supplierId],
    ['supplies', totals.supplies],
    ['obeyed', totals.obeyed],
    ['refused', totals.refused],
    ['without an answer', totals.unanswered],
    ['energy Wh', totals.energyWh],
    ['obeyed but not measured', totals.unmeasured],
    [],
    ['supply', 'outcome', 'from', 'until', 'seconds', 'relief W', 'energy Wh'],
    ...supplies.map(
      (supply): Row => [
        supply.gatewayId,
        supply.outcome,
        supply.startsAt ?? '',
        supply.endsAt ?? '',
        supply.seconds ?? '',
        supply.reliefW ?? '',
        supply.energyWh ?? '',
      ],
    ),
  ];
}

function ofgemRows(report: OfgemReport): readonly Row[] {
  const shown = ({ value, isSuppressed }: OfgemReport['asked']): string | number =>
    value ?? (isSuppressed ? 'left out' : 'not known');
  return [
    ['figure', 'value'],
    ['homes asked', shown(report.asked)],
    ['homes consenting', shown(report.consenting)],
    ['homes reached', shown(report.reached)],
    ['homes that obeyed', shown(report.obeyed)],
    ['homes without an answer', shown(report.unanswered)],
    ...report.refused.map(({ cause, count }): Row => [`homes that refused: ${cause}`, shown(count)]),
    ['homes that withdrew during it', shown(report.withdrawn)],
    ['homes with the time cut to what was agreed', shown(report.trimmed)],
    ['homes with essential loads left out', shown(report.floored)],
    ['relief forecast W', shown(report.forecastW)],
    ['relief measured W', shown(report.reliefW)],
    ['energy Wh', shown(report.energyWh)],
    ['homes measured', shown(report.measured)],
  ];
}

function customerRows({ gatewayId, paragraphs }: CustomerReport): readonly Row[] {
  return [['gateway', gatewayId], ...paragraphs.map(({ heading, text }): Row => [heading, text])];
}

function cell(value: string | number | boolean): string {
  const text = String(value);
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

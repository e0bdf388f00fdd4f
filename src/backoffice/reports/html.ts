import type { Report } from '../../contract/desk.ts';
import { bodyRows, headRows } from './csv.ts';

const TITLES: Readonly<Record<Report['schema'], string>> = {
  'loadgate.supplier-report/1': 'Restriction notice: report to the supplier',
  'loadgate.ofgem-report/1': 'Restriction notice: report to Ofgem',
  'loadgate.customer-report/1': 'A short restriction of your electricity',
};

/** One page for print, without anything from outside. Its style is a file of the desk's own: inline styles are forbidden. */
export function toHtml(report: Report): string {
  const title = escaped(TITLES[report.schema]);
  const rehearsal = report.isRehearsal ? '<p class="rehearsal">Rehearsal: no load was moved</p>' : '';
  return `<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/report.css">
</head>
<body>
<main>
<h1>${title}</h1>
${rehearsal}
${report.schema === 'loadgate.customer-report/1' ? letter(report) : sheet(report)}
</main>
</body>
</html>
`;
}

function letter({
  gatewayId,
  paragraphs,
  noticeId,
  notes,
}: Extract<Report, { readonly paragraphs: unknown }>): string {
  return [
    `<p>Gateway ${escaped(gatewayId)}, notice ${escaped(noticeId)}</p>`,
    ...paragraphs.map(({ heading, text }) => `<h2>${escaped(heading)}</h2>\n<p>${escaped(text)}</p>`),
    ...notes.map((note) => `<p class="note">${escaped(note)}</p>`),
  ].join('\n');
}

function sheet(report: Report): string {
  const tables: (readonly (string | number | boolean)[])[][] = [[]];
  for (const row of bodyRows(report)) {
    if (row.length === 0) tables.push([]);
    else tables.at(-1)?.push(row);
  }
  return [`<h2>The notice</h2>`, table(headRows(report)), `<h2>Figures</h2>`, ...tables.map(table)].join(
    '\n',
  );
}

function table(rows: readonly (readonly (string | number | boolean)[])[]): string {
  const isWide = (rows[0]?.length ?? 0) > 2;
  const lines = rows.map((cells, index) => {
    const tag = isWide && index === 0 ? 'th scope="col"' : 'td';
    return `<tr>${cells
      .map((value, column) => {
        const own = !isWide && column === 0 ? 'th scope="row"' : tag;
        return `<${own}>${escaped(String(value))}</${own.slice(0, 2)}>`;
      })
      .join('')}</tr>`;
  });
  return `<table>\n${lines.join('\n')}\n</table>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}

import type { EnergyReportBody, EnergyRowBody } from '../../contract/energy.ts';
import { labelOf } from '../energy/energyBody.ts';
import { kiloWattHours, nameOf } from '../energy/renderEnergy.ts';
import { duration } from '../table.ts';

/** What the page shows. */
export interface PageContent {
  readonly gatewayId: string | undefined;
  readonly madeAt: string;
  readonly months: EnergyReportBody;
  readonly consent: readonly Readonly<Record<string, unknown>>[];
  readonly commands: readonly unknown[];
  readonly receipts: readonly unknown[];
  readonly outbox: Readonly<Record<string, number>>;
  readonly settings: unknown;
  readonly notIncluded: readonly string[];
  readonly files: readonly { readonly name: string; readonly what: string }[];
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; font-size: .95em; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); text-align: left; vertical-align: top; }
td.figure, th.figure { text-align: right; font-variant-numeric: tabular-nums; }
div.wide { overflow-x: auto; }
h2 { margin-top: 2.5rem; }
`;

/** One page for people, without anything from elsewhere. */
export function exportPage(content: PageContent): string {
  const { gatewayId, madeAt, months, consent, commands, receipts, outbox, settings } = content;
  const { timeZone, recorded } = months;
  const local = (iso: string): string => labelOf('halfHour', Date.parse(iso), timeZone);
  const sections = [
    `<h1>What is kept about your home</h1>
<p>Written on ${text(local(madeAt))} by the gateway${gatewayId === undefined ? '' : ` ${text(gatewayId)}`}. Times are those of ${text(timeZone)}; energies are kilowatt-hours.
${recorded === undefined ? 'No energy was recorded yet.' : `Energy is recorded from ${text(local(recorded.from))} until ${text(local(recorded.until))}.`}
The files beside this page hold the same and more for a computer.</p>`,
    section('Energy by month, and in all', energyTable(months)),
    section('Charging, each use', sessionTable(months, local)),
    section('What is not known', notKnownList(months, local)),
    section(
      'What you agreed to',
      consent.length === 0
        ? '<p>Nothing was asked, or nothing was answered.</p>'
        : table(
            ['when', 'what', 'answer', 'text', 'who', 'how', 'evidence'],
            consent.map((entry) => [
              local(String(entry.at)),
              entry.purpose,
              entry.action,
              entry.textVersion,
              entry.person,
              entry.how,
              entry.evidence ?? '',
            ]),
          ),
    ),
    section(
      'Commands that came, and answers that were given',
      `<p>${commands.length} commands and ${receipts.length} signed answers are still in the journal; <code>commands.json</code> and <code>receipts.json</code> hold them in full.</p>`,
    ),
    section(
      'What waits to leave the house',
      Object.values(outbox).every((count) => count === 0)
        ? '<p>Nothing.</p>'
        : table(['kind', 'messages'], Object.entries(outbox)),
    ),
    section('What you have chosen', `<pre>${text(JSON.stringify(settings, null, 2))}</pre>`),
    ...(content.notIncluded.length === 0
      ? []
      : [section('What is not in this export', list(content.notIncluded))]),
    section(
      'The files',
      table(
        ['file', 'what it holds'],
        content.files.map(({ name, what }) => [name, what]),
      ),
    ),
  ];
  return `<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>What is kept about your home</title>
<style>${STYLE}</style>
</head>
<body>
${sections.join('\n')}
</body>
</html>
`;
}

function energyTable({ channels, rows, total }: EnergyReportBody): string {
  if (rows.length === 0) return '<p>None was recorded.</p>';
  const columns = channels.flatMap((channel) =>
    channel === 'connection'
      ? [
          { title: 'from the grid', of: (row: EnergyRowBody) => row.channels[channel]?.importWh },
          { title: 'to the grid', of: (row: EnergyRowBody) => row.channels[channel]?.exportWh },
        ]
      : [
          { title: nameOf(channel), of: (row: EnergyRowBody) => row.channels[channel]?.importWh },
          { title: `${nameOf(channel)} gave`, of: (row: EnergyRowBody) => row.channels[channel]?.exportWh },
        ],
  );
  return table(
    ['', ...columns.map(({ title }) => title), 'known'],
    [...rows, total].map((row) => [
      row.label,
      ...columns.map(({ of }) => kiloWattHours(of(row))),
      row.knownShare === undefined ? '' : `${(Math.floor(row.knownShare * 1000) / 10).toFixed(1)} %`,
    ]),
    true,
  );
}

function sessionTable({ sessions }: EnergyReportBody, local: (iso: string) => string): string {
  if (sessions.length === 0) return '<p>No car was charged in the time that is kept.</p>';
  return table(
    ['', 'plugged in', 'began', 'ended', 'charging', 'kWh', 'back'],
    sessions.map(({ number, loadId, pluggedIn, began, ended, chargingMs, importWh, exportWh }) => [
      `${number} ${loadId}`,
      pluggedIn === undefined ? '' : local(pluggedIn.at),
      local(began.at),
      ended === undefined ? 'goes on' : local(ended.at),
      duration(chargingMs),
      kiloWattHours(importWh),
      exportWh === 0 ? '' : kiloWattHours(exportWh),
    ]),
  );
}

function notKnownList({ notKnown }: EnergyReportBody, local: (iso: string) => string): string {
  if (notKnown.length === 0) return '<p>There is no gap.</p>';
  return list(
    notKnown.map(({ from, until, channel, sentence }) => {
      const span = from === undefined ? `until ${local(until)}` : `${local(from)} to ${local(until)}`;
      return `${span}${channel === undefined ? '' : `, ${nameOf(channel)}`}: ${sentence}`;
    }),
  );
}

function section(title: string, body: string): string {
  return `<h2>${text(title)}</h2>\n${body}`;
}

function list(lines: readonly string[]): string {
  return `<ul>\n${lines.map((line) => `<li>${text(line)}</li>`).join('\n')}\n</ul>`;
}

function table(head: readonly string[], rows: readonly (readonly unknown[])[], isOfFigures = false): string {
  const cell = (tag: 'th' | 'td', value: unknown, column: number): string =>
    `<${tag}${isOfFigures && column > 0 ? ' class="figure"' : ''}>${text(String(value))}</${tag}>`;
  const line = (tag: 'th' | 'td', cells: readonly unknown[]): string =>
    `<tr>${cells.map((value, column) => cell(tag, value, column)).join('')}</tr>`;
  return `<div class="wide"><table>\n${[line('th', head), ...rows.map((row) => line('td', row))].join('\n')}\n</table></div>`;
}

function text(raw: string): string {
  return raw
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

import type { EnergyReportBody, SessionBody } from '../../contract/energy.ts';

type Cell = string | number | undefined;

/** RFC 4180: a line for each row, the names first; an empty cell is not known or not there, 0 is zero. */
export function csvOf(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => `${row.map(cellText).join(',')}\r\n`).join('');
}

export function energyCsv({ channels, rows }: EnergyReportBody): string {
  const figures = ['importWh', 'exportWh', 'meanW', 'minimumW', 'maximumW', 'coveredMs'] as const;
  return csvOf([
    [
      'label',
      'from',
      'until',
      'knownShare',
      ...channels.flatMap((channel) => figures.map((figure) => `${channel} ${figure}`)),
    ],
    ...rows.map((row) => [
      row.label,
      row.from,
      row.until,
      row.knownShare,
      ...channels.flatMap((channel) => figures.map((figure) => row.channels[channel]?.[figure])),
    ]),
  ]);
}

export function sessionsCsv(sessions: readonly SessionBody[]): string {
  return csvOf([
    [
      'number',
      'loadId',
      'pluggedIn',
      'began',
      'ended',
      'isEndSeen',
      'importWh',
      'exportWh',
      'chargingMs',
      'maximumA',
      'clock',
    ],
    ...sessions.map((session) => [
      session.number,
      session.loadId,
      session.pluggedIn?.at,
      session.began.at,
      session.ended?.at,
      String(session.isEndSeen),
      session.importWh,
      session.exportWh,
      session.chargingMs,
      session.maximumA,
      session.began.clock,
    ]),
  ]);
}

/** Each start, stop, increase and decrease. */
export function sessionEventsCsv(sessions: readonly SessionBody[]): string {
  return csvOf([
    ['session', 'loadId', 'kind', 'at', 'clock', 'currentA'],
    ...sessions.flatMap(({ number, loadId, events }) =>
      events.map(({ kind, at, clock, currentA }) => [number, loadId, kind, at, clock, currentA]),
    ),
  ]);
}

function cellText(cell: Cell): string {
  const text = cell === undefined ? '' : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

import type { EnergyReportBody, EnergyRowBody, SessionBody } from '../../contract/energy.ts';
import { alignColumns, duration } from '../table.ts';
import { labelOf } from './energyBody.ts';

/** Energy and sessions on a screen. */
export function renderEnergy(report: EnergyReportBody, isListingSessions: boolean): string {
  const { recorded, rows, total, notKnown, sessions, timeZone } = report;
  if (recorded === undefined || rows.length === 0) return 'Nothing was recorded in this time.';
  const parts = [
    `Energy in kWh, times of ${timeZone}. Recorded from ${local(recorded.from, timeZone)} until ${local(recorded.until, timeZone)}.`,
    renderRows(report, rows.length === 1 ? rows : [...rows, total]),
    ...(isListingSessions ? [renderSessions(sessions, timeZone)] : [summariseSessions(sessions)]),
    ...(notKnown.length === 0
      ? []
      : [['Not known', ...notKnown.flatMap((one) => notKnownLines(one, timeZone))].join('\n')]),
  ];
  return parts.join('\n\n');
}

function renderRows({ channels }: EnergyReportBody, rows: readonly EnergyRowBody[]): string {
  const columns = columnsOf(channels, rows);
  const table = [
    ['', ...columns.map(({ title }) => title), 'known'],
    ...rows.map((row) => [
      row.label,
      ...columns.map(({ energyOf }) => kiloWattHours(energyOf(row))),
      row.knownShare === undefined ? '' : percent(row.knownShare),
    ]),
  ];
  return alignRight(table).join('\n');
}

interface Column {
  readonly title: string;
  readonly energyOf: (row: EnergyRowBody) => number | undefined;
}

/** Both directions of the connection point; of a load only those in which anything ever flowed. */
function columnsOf(channels: readonly string[], rows: readonly EnergyRowBody[]): readonly Column[] {
  return channels.flatMap((channel): readonly Column[] => {
    const importWh = (row: EnergyRowBody): number | undefined => row.channels[channel]?.importWh;
    const exportWh = (row: EnergyRowBody): number | undefined => row.channels[channel]?.exportWh;
    if (channel === 'connection') {
      return [
        { title: 'from the grid', energyOf: importWh },
        { title: 'to the grid', energyOf: exportWh },
      ];
    }
    const name = nameOf(channel);
    const gives = rows.some((row) => (exportWh(row) ?? 0) > 0);
    const takes = rows.some((row) => (importWh(row) ?? 0) > 0) || !gives;
    return [
      ...(takes ? [{ title: name, energyOf: importWh }] : []),
      ...(gives ? [{ title: `${name} gave`, energyOf: exportWh }] : []),
    ];
  });
}

export function nameOf(channel: string): string {
  return channel === 'connection' ? 'the connection point' : channel.replace(/^load\./, '');
}

function summariseSessions(sessions: readonly SessionBody[]): string {
  if (sessions.length === 0) return 'No charging session began in this time.';
  const energyWh = sessions.reduce((sum, { importWh }) => sum + importWh, 0);
  const count = sessions.length === 1 ? '1 charging session' : `${sessions.length} charging sessions`;
  return `${count} began in this time, ${kiloWattHours(energyWh)} kWh; --sessions lists them.`;
}

function renderSessions(sessions: readonly SessionBody[], timeZone: string): string {
  if (sessions.length === 0) return 'No charging session began in this time.';
  const head = [
    'Sessions',
    'began',
    'ended',
    'plugged in',
    'charging',
    'kWh',
    'back',
    'most',
    'stops',
    'changes',
  ];
  const rows = sessions.map((session) => {
    const { number, began, ended, pluggedIn, chargingMs, importWh, exportWh, maximumA, events } = session;
    const count = (...kinds: readonly string[]): number =>
      events.filter(({ kind }) => kinds.includes(kind)).length;
    const mark = (clock: string): string => (clock === 'none' ? ' ?' : '');
    return [
      `${number} ${session.loadId}`,
      `${local(began.at, timeZone)}${mark(began.clock)}`,
      ended === undefined
        ? 'goes on'
        : `${session.isEndSeen ? '' : 'after '}${local(ended.at, timeZone)}${mark(ended.clock)}`,
      pluggedIn === undefined ? '' : local(pluggedIn.at, timeZone),
      duration(chargingMs),
      kiloWattHours(importWh),
      exportWh === 0 ? '' : kiloWattHours(exportWh),
      `${maximumA.toFixed(1)} A`,
      String(count('stop')),
      String(count('increase', 'decrease') + session.moreChanges),
    ];
  });
  const hasUnset = rows.some((row) => row.some((cell) => cell.endsWith(' ?')));
  const lines = alignColumns([head, ...rows]);
  return [...lines, ...(hasUnset ? ['  ? the clock was not set then'] : [])].join('\n');
}

function notKnownLines(one: EnergyReportBody['notKnown'][number], timeZone: string): readonly string[] {
  const { from, until, durationMs, channel, energy, counted, sentence } = one;
  const span =
    from === undefined
      ? `until ${local(until, timeZone)}`
      : `${local(from, timeZone)} to ${local(until, timeZone)}`;
  const lastsMs = durationMs ?? (from === undefined ? undefined : Date.parse(until) - Date.parse(from));
  const lasts = lastsMs === undefined ? '' : ` (${duration(lastsMs)})`;
  const whose = channel === undefined ? '' : `, ${nameOf(channel)}`;
  const flowed = Object.entries(energy ?? {})
    .flatMap(([id, { importWh, exportWh }]) => [
      ...(importWh > 0 ? [`${kiloWattHours(importWh)} kWh through ${nameOf(id)}`] : []),
      ...(exportWh > 0 ? [`${kiloWattHours(exportWh)} kWh back through ${nameOf(id)}`] : []),
    ])
    .join(', ');
  const where = {
    row: 'counted above',
    sum: 'counted in the sum alone, since nobody knows when it flowed',
    not: 'not counted, since the gap reaches beyond this report',
  };
  return [
    `  ${span}${lasts}${whose}: ${sentence}`,
    ...(flowed === '' ? [] : [`    by the registers of the meters ${flowed}; ${where[counted ?? 'not']}`]),
  ];
}

function local(iso: string, timeZone: string): string {
  return labelOf('halfHour', Date.parse(iso), timeZone);
}

export function kiloWattHours(energyWh: number | undefined): string {
  return energyWh === undefined ? '' : (energyWh / 1000).toFixed(2);
}

function percent(share: number): string {
  // Not quite all is never shown as all.
  const text = (Math.floor(share * 1000) / 10).toFixed(1);
  return share === 1 ? '100 %' : `${text} %`;
}

/** Numbers stand below one another; the first column is text. */
function alignRight(rows: readonly (readonly string[])[]): readonly string[] {
  const width = (column: number): number => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(width(0)) : cell.padStart(width(column))))
      .join('  ')
      .trimEnd(),
  );
}

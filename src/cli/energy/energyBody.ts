import type { EnergyReportBody, EnergyRowBody, SessionBody } from '../../contract/energy.ts';
import { FAULTS } from '../../domain/faults.ts';
import { iso, type Now } from '../../domain/instant.ts';
import { localPartsOf, type Span, spanOf, spansFrom } from '../../usage/calendar.ts';
import {
  type EnergyReport,
  type EnergyRow,
  knownShareOf,
  type NotKnown,
  reportEnergy,
} from '../../usage/energyReport.ts';
import { floorTo, HALF_HOUR_MS } from '../../usage/minutes.ts';
import type { Account } from '../../usage/readAccount.ts';
import type { Session } from '../../usage/session.ts';
import { meanOf, roundedWh } from '../../usage/tally.ts';
import type { AskedPeriod } from './period.ts';

export type RowUnit = 'halfHour' | 'day' | 'month';

export interface EnergyQuestion {
  /** Absent: everything that is kept. */
  readonly period?: AskedPeriod;
  readonly unit: RowUnit;
  readonly timeZone: string;
}

/** The answer to what the owner asked, in the form of the contract. */
export function energyBodyOf(account: Account, { period, unit, timeZone }: EnergyQuestion): EnergyReportBody {
  const recorded = account.recorded ?? { fromUtcMs: 0, untilUtcMs: 0 };
  const whole = period === undefined ? recorded : spanOf(period.unit, period.date, timeZone);
  const spans = account.recorded === undefined ? [] : rowsOf(unit, whole, recorded, timeZone);
  const report = reportEnergy(account.found, spans, recorded);
  const bodyOf = (row: EnergyRow, label: string): EnergyRowBody => rowBody(row, label, recorded, report);
  const { fromUtcMs, untilUtcMs } = report.total;
  return {
    schema: 'loadgate.energy/1',
    timeZone,
    ...(account.recorded === undefined
      ? {}
      : { recorded: { from: iso(recorded.fromUtcMs), until: iso(recorded.untilUtcMs) } }),
    channels: [...report.channelIds],
    rows: report.rows.map((row) => bodyOf(row, labelOf(unit, row.fromUtcMs, timeZone))),
    total: bodyOf(report.total, 'in all'),
    notKnown: report.notKnown.map((one) => notKnownBody(one)),
    sessions: account.sessions
      .filter(({ beganAt: { utcMs } }) => utcMs >= fromUtcMs && utcMs < untilUtcMs)
      .map(sessionBody),
  };
}

/** Rows of a period as far as anything was recorded in it; a day that is asked for alone is one row. */
function rowsOf(unit: RowUnit, whole: Span, recorded: Span, timeZone: string): readonly Span[] {
  const untilUtcMs = Math.min(whole.untilUtcMs, recorded.untilUtcMs + 1);
  const fromUtcMs = Math.max(whole.fromUtcMs, recorded.fromUtcMs);
  if (fromUtcMs >= untilUtcMs) return [];
  const rows: Span[] = [];
  if (unit === 'halfHour') {
    for (let at = floorTo(fromUtcMs, HALF_HOUR_MS); at < untilUtcMs; at += HALF_HOUR_MS) {
      rows.push({ fromUtcMs: at, untilUtcMs: at + HALF_HOUR_MS });
    }
    return rows;
  }
  for (const span of spansFrom(unit, fromUtcMs, timeZone)) {
    if (span.fromUtcMs >= untilUtcMs) return rows;
    rows.push(span);
  }
  return rows;
}

export function labelOf(unit: RowUnit, utcMs: number, timeZone: string): string {
  const { year, month, day, hour, minute } = localPartsOf(utcMs, timeZone);
  const two = (value: number): string => String(value).padStart(2, '0');
  if (unit === 'month') return `${year}-${two(month)}`;
  const date = `${year}-${two(month)}-${two(day)}`;
  return unit === 'day' ? date : `${date} ${two(hour)}:${two(minute)}`;
}

function rowBody(row: EnergyRow, label: string, recorded: Span, { channelIds }: EnergyReport): EnergyRowBody {
  const knownShare = knownShareOf(row, recorded);
  const channels = channelIds.flatMap((channelId) => {
    const tally = row.channels[channelId];
    if (tally === undefined) return [];
    const meanW = meanOf(tally);
    const { importWh, exportWh, coveredMs, minimumW, maximumW } = tally;
    const body = {
      importWh: roundedWh(importWh),
      exportWh: roundedWh(exportWh),
      coveredMs: Math.round(coveredMs),
      ...(meanW === undefined ? {} : { meanW: Math.round(meanW) }),
      ...(minimumW === undefined ? {} : { minimumW }),
      ...(maximumW === undefined ? {} : { maximumW }),
    };
    return [[channelId, body] as const];
  });
  return {
    label,
    from: iso(row.fromUtcMs),
    until: iso(row.untilUtcMs),
    ...(knownShare === undefined ? {} : { knownShare: Math.round(knownShare * 10_000) / 10_000 }),
    channels: Object.fromEntries(channels),
  };
}

const SENTENCES: Readonly<Record<string, string>> = {
  stopped: 'The gateway was stopped',
  endedWithoutWord:
    'The gateway ended without a word (power cut or crash); what it saw in the minutes before is lost too',
  recordLost: 'The record was damaged and set aside; what was in it is not in this report',
  recordFailed: 'The record could not be written for days',
  deviceSilent: 'The register of the meter could not be read',
  notRecorded: 'Nothing was recorded, and nothing says why',
  damaged: 'An entry of the record is damaged',
};

function notKnownBody(one: NotKnown): EnergyReportBody['notKnown'][number] {
  const { cause, fromUtcMs, untilUtcMs, channelId, durationMs, energy, counted } = one;
  const fault = cause in FAULTS ? FAULTS[cause as keyof typeof FAULTS].title : undefined;
  return {
    cause,
    sentence: SENTENCES[cause] ?? fault ?? cause,
    ...(fromUtcMs === undefined ? {} : { from: iso(fromUtcMs) }),
    until: iso(untilUtcMs),
    ...(channelId === undefined ? {} : { channel: channelId }),
    ...(durationMs === undefined ? {} : { durationMs: Math.round(durationMs) }),
    ...(energy === undefined ? {} : { energy: roundedEnergies(energy) }),
    ...(counted === undefined ? {} : { counted }),
  };
}

function roundedEnergies(energy: NonNullable<NotKnown['energy']>) {
  return Object.fromEntries(
    Object.entries(energy).map(([channelId, { importWh, exportWh }]) => [
      channelId,
      { importWh: roundedWh(importWh), exportWh: roundedWh(exportWh) },
    ]),
  );
}

function sessionBody(session: Session): SessionBody {
  const { number, loadId, pluggedInAt, beganAt, endedAt, events, moreChanges, unseen } = session;
  return {
    number,
    loadId,
    ...(pluggedInAt === undefined ? {} : { pluggedIn: stampOf(pluggedInAt) }),
    began: stampOf(beganAt),
    ...(endedAt === undefined ? {} : { ended: stampOf(endedAt) }),
    isEndSeen: session.isEndSeen ?? true,
    importWh: roundedWh(session.importWh),
    exportWh: roundedWh(session.exportWh),
    chargingMs: Math.round(session.chargingMs),
    maximumA: Math.round(session.maximumA * 10) / 10,
    events: events.map(({ kind, at, currentA }) => ({
      kind,
      at: iso(at.utcMs),
      clock: at.clockLevel,
      currentA,
    })),
    moreChanges,
    unseen: unseen.map(({ from, until, energyWh }) => ({
      from: iso(from.utcMs),
      until: iso(until.utcMs),
      energyWh: roundedWh(energyWh),
    })),
  };
}

function stampOf({ utcMs, clockLevel }: Now) {
  return { at: iso(utcMs), clock: clockLevel };
}

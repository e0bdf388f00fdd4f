import type { Board } from '../../contract/desk.ts';
import type { UtcMs } from '../../domain/instant.ts';
import { hasObeyed, isActive, timeInForce } from './progress.ts';
import type { NoticeRecord } from './record.ts';
import type { TargetRow, Watched } from './store.ts';

/** What a notice does at one home, W; positive is relief. */
export interface RowRelief {
  readonly reliefW: number;
  readonly source: 'telemetry' | 'receipts';
}

/** Less import, or of an export ceiling less export. */
function lessW({ draft }: NoticeRecord, beforeW: number, duringW: number): number {
  return draft.measure.kind === 'exportCeiling' ? duringW - beforeW : beforeW - duringW;
}

/**
 * While it is in force by the telemetry, which is newer; after its end by the receipt, which is signed and made from readings of
 * each second. Absent where either side was not measured: nothing is guessed.
 */
export function reliefOfRow(
  notice: NoticeRecord,
  { target, progress, watched }: TargetRow,
): RowRelief | undefined {
  if (!hasObeyed(progress)) return undefined;
  const beforeW = progress.beforeW?.value;
  const duringW = progress.duringW?.value;
  const fromW = beforeW ?? target.baselineW;
  if (isActive(progress) && watched !== undefined && fromW !== undefined) {
    return { reliefW: lessW(notice, fromW, watched.lastW), source: 'telemetry' };
  }
  if (beforeW !== undefined && duringW !== undefined) {
    return { reliefW: lessW(notice, beforeW, duringW), source: 'receipts' };
  }
  if (watched !== undefined && fromW !== undefined) {
    return { reliefW: lessW(notice, fromW, watched.lastW), source: 'telemetry' };
  }
  return undefined;
}

/** Energy that was not drawn at one home, Wh. */
export function energyOfRow(notice: NoticeRecord, row: TargetRow): number | undefined {
  const time = timeInForce(row.progress);
  const relief = reliefOfRow(notice, row);
  if (time?.untilUtcMs !== undefined && relief?.source === 'receipts') {
    return (relief.reliefW * (time.untilUtcMs - time.fromUtcMs)) / 3_600_000;
  }
  return row.watched?.energyWh;
}

export interface Interval {
  readonly fromUtcMs: UtcMs;
  readonly untilUtcMs: UtcMs;
  readonly importW: number;
}

/** What an interval of telemetry adds. Absent: it says nothing of the notice, or was counted before. */
export function watch(
  notice: NoticeRecord,
  { target, progress, watched }: TargetRow,
  interval: Interval,
): Watched | undefined {
  const { fromUtcMs, untilUtcMs, importW } = interval;
  const time = timeInForce(progress);
  const beforeW = progress.beforeW?.value ?? target.baselineW;
  if (time === undefined || !isActive(progress) || beforeW === undefined) return undefined;
  if (watched !== undefined && untilUtcMs <= watched.untilUtcMs) return undefined;
  // More of it before the beginning than after: it would show what was, not what is.
  if ((fromUtcMs + untilUtcMs) / 2 < time.fromUtcMs) return undefined;
  const hours = (untilUtcMs - Math.max(fromUtcMs, time.fromUtcMs)) / 3_600_000;
  const energyWh = (watched?.energyWh ?? 0) + lessW(notice, beforeW, importW) * hours;
  return { lastW: importW, untilUtcMs, energyWh };
}

/** Over all homes: of those in force while there are any, else of all in which it was. */
export function totalRelief(
  notice: NoticeRecord,
  rows: readonly TargetRow[],
): Omit<Board['relief'], 'forecastW'> {
  const obeyed = rows.filter(({ progress }) => hasObeyed(progress));
  const active = obeyed.filter(({ progress }) => isActive(progress));
  const shown = active.length > 0 ? active : obeyed;
  const reliefs = shown.flatMap((row) => reliefOfRow(notice, row) ?? []);
  const sources = new Set(reliefs.map(({ source }) => source));
  const [only] = sources;
  const energyWh = obeyed.reduce((total, row) => total + (energyOfRow(notice, row) ?? 0), 0);
  return {
    ...(reliefs.length === 0
      ? {}
      : { measuredW: Math.round(reliefs.reduce((total, { reliefW }) => total + reliefW, 0)) }),
    measured: reliefs.length,
    unmeasured: shown.length - reliefs.length,
    source: sources.size === 2 ? 'both' : (only ?? 'none'),
    energyWh: Math.round(energyWh),
  };
}

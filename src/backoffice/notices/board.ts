import type { Board as BoardAnswer, BoardCounts, BoardPage, BoardRow, Stage } from '../../contract/desk.ts';
import type { UtcMs } from '../../domain/instant.ts';
import { reliefOfRow, totalRelief } from './effect.ts';
import type { NoticeRecord } from './record.ts';
import type { TargetRow } from './store.ts';
import { Tally } from './tally.ts';

/** As many points as a chart can show; past it every second one goes. */
const MOST_POINTS = 240;
const FIRST_POINT_EVERY_MS = 5_000;

/** One notice with all its gateways, in memory while somebody needs it: some 600 bytes for each gateway. */
export class Board {
  readonly noticeId: string;
  readonly #rows: Map<string, TargetRow>;
  /** Kept with every change: it is asked for with every message that comes in. */
  readonly #tally = new Tally();
  #series: BoardAnswer['series'];
  #pointEveryMs = FIRST_POINT_EVERY_MS;

  constructor(noticeId: string, rows: readonly TargetRow[], series: BoardAnswer['series']) {
    this.noticeId = noticeId;
    this.#rows = new Map(rows.map((row) => [row.target.gatewayId, row]));
    for (const row of rows) this.#tally.add(row, 1);
    this.#series = series;
  }

  find(gatewayId: string): TargetRow | undefined {
    return this.#rows.get(gatewayId);
  }

  rows(): readonly TargetRow[] {
    return [...this.#rows.values()];
  }

  get series(): BoardAnswer['series'] {
    return this.#series;
  }

  put(row: TargetRow): void {
    const before = this.#rows.get(row.target.gatewayId);
    if (before !== undefined) this.#tally.add(before, -1);
    this.#tally.add(row, 1);
    this.#rows.set(row.target.gatewayId, row);
  }

  /** Gateways at which it is in force, or which took it and wait for its beginning. */
  get held(): number {
    return this.#tally.held;
  }

  counts(): BoardCounts {
    return this.#tally.counts();
  }

  /** @returns the new point, when one was due */
  addPoint(notice: NoticeRecord, nowUtcMs: UtcMs): BoardAnswer['series'][number] | undefined {
    const last = this.#series.at(-1);
    if (last !== undefined && nowUtcMs - Date.parse(last.at) < this.#pointEveryMs) return undefined;
    const { measuredW } = totalRelief(notice, this.rows());
    const point = {
      at: new Date(nowUtcMs).toISOString(),
      measuredW: measuredW ?? 0,
      active: this.counts().active,
    };
    this.#series = [...this.#series, point];
    if (this.#series.length > MOST_POINTS) {
      this.#series = this.#series.filter((_, index) => index % 2 === 1);
      this.#pointEveryMs *= 2;
    }
    return point;
  }

  page(
    notice: NoticeRecord,
    asked: {
      readonly stage?: Stage;
      readonly search?: string;
      readonly page: number;
      readonly pageSize: number;
    },
    isReachable: (gatewayId: string) => boolean,
  ): BoardPage {
    const { stage, search, page, pageSize } = asked;
    const found = this.rows()
      .filter(
        ({ target, progress }) =>
          (stage === undefined || progress.stage === stage) &&
          (search === undefined || target.gatewayId.includes(search)),
      )
      .sort((one, other) => (one.target.gatewayId < other.target.gatewayId ? -1 : 1));
    const rows = found
      .slice((page - 1) * pageSize, page * pageSize)
      .map((row) => boardRowOf(notice, row, isReachable(row.target.gatewayId)));
    return { total: found.length, page, pageSize, rows };
  }
}

export function countRows(rows: readonly TargetRow[]): BoardCounts {
  const tally = new Tally();
  for (const row of rows) tally.add(row, 1);
  return tally.counts();
}

export function boardRowOf(notice: NoticeRecord, row: TargetRow, isReachable: boolean): BoardRow {
  const { target, progress } = row;
  const { planned, ended, refusal, lastReceiptUtcMs, trimmedToSeconds, flooredLoads, stage } = progress;
  const relief = reliefOfRow(notice, row);
  const isRefused = stage === 'refused' && refusal !== undefined;
  return {
    gatewayId: target.gatewayId,
    ...(target.supplierId === undefined ? {} : { supplierId: target.supplierId }),
    consent: target.consent,
    isReachable,
    stage,
    ...(ended === undefined ? {} : { endedAs: ended.value }),
    ...(isRefused ? { code: refusal.value.code, cause: refusal.value.cause } : {}),
    ...(lastReceiptUtcMs === undefined ? {} : { lastReceiptAt: new Date(lastReceiptUtcMs).toISOString() }),
    ...(planned?.value.startsAt === undefined ? {} : { startsAt: planned.value.startsAt }),
    ...(planned?.value.endsAt === undefined ? {} : { endsAt: planned.value.endsAt }),
    ...(trimmedToSeconds === undefined ? {} : { trimmedToSeconds }),
    ...(flooredLoads === undefined ? {} : { flooredLoads }),
    ...(target.forecastW === undefined ? {} : { forecastW: Math.round(target.forecastW) }),
    ...(relief === undefined ? {} : { reliefW: Math.round(relief.reliefW) }),
  };
}

export function boardAnswer(
  notice: NoticeRecord,
  board: Board,
  at: { readonly state: BoardAnswer['state']; readonly nowUtcMs: UtcMs },
): Omit<BoardAnswer, 'series'> {
  const { measuredW, measured, unmeasured, source, energyWh } = totalRelief(notice, board.rows());
  return {
    noticeId: notice.noticeId,
    at: new Date(at.nowUtcMs).toISOString(),
    state: at.state,
    isRehearsal: notice.draft.rehearsal,
    counts: board.counts(),
    relief: {
      forecastW: forecastOfTargets(board.rows()),
      ...(measuredW === undefined ? {} : { measuredW }),
      measured,
      unmeasured,
      source,
      energyWh,
    },
  };
}

function forecastOfTargets(rows: readonly TargetRow[]): number {
  return Math.round(rows.reduce((total, { target }) => total + (target.forecastW ?? 0), 0));
}

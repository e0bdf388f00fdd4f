import type { UtcMs } from '../../domain/instant.ts';
import { Board } from './board.ts';
import type { NoticeRecord } from './record.ts';
import { lastEndOf, stateOf } from './record.ts';
import type { NoticeStore, TargetRow } from './store.ts';

/** Boards of notices that are over are kept for a while, since people look at them. */
const MOST_OLD_BOARDS = 4;

/** The boards of all notices that are not over, and of those that were looked at last. */
export class Boards {
  readonly #store: NoticeStore;
  readonly #boards = new Map<string, Board>();
  /** Rows with new telemetry that is not on the disk yet. */
  readonly #unsaved = new Map<string, Set<string>>();

  constructor(store: NoticeStore) {
    this.#store = store;
  }

  of(noticeId: string): Board {
    const board =
      this.#boards.get(noticeId) ??
      new Board(noticeId, this.#store.targets(noticeId), this.#store.series(noticeId));
    // Put behind all others: the first one is the one that nobody has used for longest.
    this.#boards.delete(noticeId);
    this.#boards.set(noticeId, board);
    return board;
  }

  /** How many gateways have the notice in force, or took it and wait for its beginning. */
  activeAt(notice: NoticeRecord, nowUtcMs: UtcMs): number {
    if (notice.sent === undefined || nowUtcMs > lastEndOf(notice) + 3_600_000) return 0;
    return this.of(notice.noticeId).held;
  }

  /** The row with new telemetry: on the disk with the next flush. */
  putWatched(noticeId: string, row: TargetRow): void {
    this.of(noticeId).put(row);
    const unsaved = this.#unsaved.get(noticeId) ?? new Set();
    this.#unsaved.set(noticeId, unsaved.add(row.target.gatewayId));
  }

  flush(): void {
    for (const [noticeId, gatewayIds] of this.#unsaved) {
      const board = this.of(noticeId);
      this.#store.saveTargets(
        noticeId,
        [...gatewayIds].flatMap((gatewayId) => board.find(gatewayId) ?? []),
      );
    }
    this.#unsaved.clear();
  }

  saveSeries(noticeId: string): void {
    this.#store.saveSeries(noticeId, this.of(noticeId).series);
  }

  /** Lets go of what is not needed. @param notices all that are not over */
  tidy(open: readonly NoticeRecord[], nowUtcMs: UtcMs): void {
    const needed = new Set(
      open
        .filter((notice) => stateOf(notice, this.activeAt(notice, nowUtcMs), nowUtcMs) !== 'over')
        .map(({ noticeId }) => noticeId),
    );
    const old = [...this.#boards.keys()].filter(
      (noticeId) => !needed.has(noticeId) && !this.#unsaved.has(noticeId),
    );
    for (const noticeId of old.slice(0, Math.max(0, old.length - MOST_OLD_BOARDS)))
      this.#boards.delete(noticeId);
  }
}

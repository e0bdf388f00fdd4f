import type { NoticeState } from '../../contract/desk.ts';
import type { UtcMs } from '../../domain/instant.ts';
import type { Boards } from './boards.ts';
import { type NoticeRecord, stateOf } from './record.ts';
import type { NoticeStore } from './store.ts';

/** All notices, as they stand. What is changed is on the disk before it is here. */
export class NoticeBook {
  readonly #store: NoticeStore;
  readonly #boards: Boards;
  readonly #notices: Map<string, NoticeRecord>;
  /** Sent and not over, as far as was looked: only these have to be looked at again. */
  readonly #open: Set<string>;

  constructor(store: NoticeStore, boards: Boards) {
    this.#store = store;
    this.#boards = boards;
    this.#notices = new Map(store.notices().map((notice) => [notice.noticeId, notice]));
    this.#open = new Set(
      [...this.#notices.values()].filter(({ sent }) => sent !== undefined).map((n) => n.noticeId),
    );
  }

  find(noticeId: string): NoticeRecord | undefined {
    return this.#notices.get(noticeId);
  }

  /** Newest first. */
  all(): readonly NoticeRecord[] {
    return [...this.#notices.values()].reverse();
  }

  state(notice: NoticeRecord, nowUtcMs: UtcMs): NoticeState {
    return stateOf(notice, this.#boards.activeAt(notice, nowUtcMs), nowUtcMs);
  }

  /** Sent and not over, in the order in which they were signed. */
  open(nowUtcMs: UtcMs): readonly NoticeRecord[] {
    const open: NoticeRecord[] = [];
    for (const noticeId of this.#open) {
      const notice = this.#notices.get(noticeId);
      if (notice !== undefined && this.state(notice, nowUtcMs) !== 'over') open.push(notice);
      else this.#open.delete(noticeId);
    }
    return open.sort((one, other) => (one.sent?.atUtcMs ?? 0) - (other.sent?.atUtcMs ?? 0));
  }

  /** A part of the transaction that is open. */
  save(notice: NoticeRecord): void {
    this.#store.saveNotice(notice);
  }

  /** After the transaction. */
  adopt(notice: NoticeRecord): void {
    this.#notices.set(notice.noticeId, notice);
    if (notice.sent !== undefined) this.#open.add(notice.noticeId);
  }
}

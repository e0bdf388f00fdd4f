import { areaTopicOf, topicOf } from '../../contract/topics.ts';
import type { RunningMs } from '../../domain/instant.ts';
import type { Area } from '../../domain/restriction.ts';
import type { Bus } from '../../ports/bus.ts';
import type { Cancel } from '../../ports/clock.ts';
import type { NoticeParts } from './parts.ts';
import type { CancelRecord, NoticeRecord, SentNotice } from './record.ts';
import type { TargetRow } from './store.ts';

/** Pause before a command that the broker has not taken is offered again. */
const RETRY_MS = 5_000;
/** Time for the answer to what was just published, before it is sent once more. */
const GRACE_MS = 10_000;
/** A gateway that stays silent gets the same command again at most this often. */
const AGAIN_EVERY_MS = 60_000;

/**
 * Brings what was signed to the broker: at once, again after every failure and after a restart, always the same bytes.
 * Gateways know a command by its hash, so more than once is once.
 */
export class Publisher {
  readonly #parts: NoticeParts;
  readonly #bus: Bus;
  /** When a gateway last got a command again, by notice and gateway. */
  readonly #sentAgain = new Map<string, RunningMs>();
  readonly #again: { readonly topic: string; readonly jws: string }[] = [];
  #isSendingAgain = false;
  #isPublishing = false;
  #isAskedAgain = false;
  #isStopped = false;
  #cancelRetry: Cancel = () => {};

  constructor(parts: NoticeParts, bus: Bus) {
    this.#parts = parts;
    this.#bus = bus;
    bus.onConnection((isConnected) => {
      if (isConnected) this.nudge();
    });
  }

  /** Publishes all that was signed and not yet taken by the broker. Never rejects. */
  nudge(): void {
    if (this.#isStopped) return;
    this.#cancelRetry();
    if (this.#isPublishing) {
      this.#isAskedAgain = true;
      return;
    }
    this.#isPublishing = true;
    const published = this.#publishAll().catch((error: unknown) => {
      this.#parts.log.error(
        { error: String(error) },
        'What was published could not be written down; it is published again',
      );
      return false;
    });
    void published.then((areAllTaken) => {
      this.#isPublishing = false;
      if (this.#isStopped) return;
      if (this.#isAskedAgain) {
        this.#isAskedAgain = false;
        this.nudge();
      } else if (!areAllTaken && this.#bus.isConnected()) {
        this.#cancelRetry = this.#parts.clock.after(RETRY_MS, () => this.nudge());
      }
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelRetry();
  }

  /**
   * A gateway has shown that it is there: what it has not answered is sent to it once more, on its own topic. Returns at
   * once: whoever takes the messages of gateways must not wait for the broker.
   */
  turnedUp(gatewayId: string): void {
    const { book, boards, clock } = this.#parts;
    const now = clock.now();
    for (const notice of book.open(now.utcMs)) {
      const row = boards.of(notice.noticeId).find(gatewayId);
      const jws = row === undefined ? undefined : unanswered(notice, row, now.utcMs);
      const key = `${notice.noticeId} ${gatewayId}`;
      const lastMs = this.#sentAgain.get(key) ?? Number.NEGATIVE_INFINITY;
      if (jws === undefined || now.runningMs - lastMs < AGAIN_EVERY_MS) continue;
      this.#sentAgain.set(key, now.runningMs);
      this.#again.push({ topic: topicOf(gatewayId, 'restriction'), jws });
    }
    if (this.#again.length > 0 && !this.#isSendingAgain) void this.#sendAgain();
  }

  /** Forgets whom it has sent to, for notices that are over. */
  tidy(openIds: ReadonlySet<string>): void {
    for (const key of this.#sentAgain.keys()) {
      if (!openIds.has(key.slice(0, key.indexOf(' ')))) this.#sentAgain.delete(key);
    }
  }

  /** One after the other, in the order of the sequences; what the broker does not take comes again with the next sign of life. */
  async #sendAgain(): Promise<void> {
    this.#isSendingAgain = true;
    for (let next = this.#again.shift(); next !== undefined && !this.#isStopped; next = this.#again.shift()) {
      await this.#bus.publish(next.topic, next.jws);
    }
    this.#isSendingAgain = false;
  }

  async #publishAll(): Promise<boolean> {
    const { book, clock } = this.#parts;
    let areAllTaken = true;
    for (const { noticeId } of book.open(clock.now().utcMs)) {
      for (const what of ['notice', 'cancel'] as const) {
        const notice = book.find(noticeId);
        const waiting = notice === undefined ? undefined : waitingOf(notice, what);
        if (notice === undefined || waiting === undefined) continue;
        const isTaken = await this.#toArea(notice.draft.area, waiting.jws);
        if (this.#isStopped) return false;
        if (isTaken) this.#markPublished(noticeId, what);
        else {
          areAllTaken = false;
          // A cancel never overtakes its notice.
          break;
        }
      }
    }
    return areAllTaken;
  }

  async #toArea(area: Area, jws: string): Promise<boolean> {
    const topics =
      area.kind === 'gateways'
        ? area.gatewayIds.map((gatewayId) => topicOf(gatewayId, 'restriction'))
        : [areaTopicOf(area.areaId)];
    for (const topic of topics) {
      const result = await this.#bus.publish(topic, jws);
      if (result.ok) continue;
      this.#parts.log.warn({ topic, ...result }, 'The broker has not taken a command; it is offered again');
      return false;
    }
    return true;
  }

  #markPublished(noticeId: string, what: 'notice' | 'cancel'): void {
    const { store, book, clock, trail, watchers } = this.#parts;
    const before = book.find(noticeId);
    if (before === undefined) return;
    const publishedAtUtcMs = clock.now().utcMs;
    const after: NoticeRecord =
      what === 'notice'
        ? { ...before, publishedAtUtcMs }
        : { ...before, cancel: { ...(before.cancel as CancelRecord), publishedAtUtcMs } };
    const former =
      what === 'notice' && before.draft.supersedes !== undefined
        ? book.find(before.draft.supersedes)
        : undefined;
    const superseded = former === undefined ? [] : [{ ...former, supersededBy: noticeId }];
    store.transaction(() => {
      for (const each of [after, ...superseded]) book.save(each);
      const action = what === 'notice' ? 'notice.published' : 'cancel.published';
      trail.write({ action, subject: noticeId, from: '', sentence: 'The broker has taken it.' });
    });
    for (const each of [after, ...superseded]) {
      book.adopt(each);
      watchers.noticeChanged(each.noticeId);
    }
  }
}

/** What was signed and has not been taken by the broker. */
function waitingOf(notice: NoticeRecord, what: 'notice' | 'cancel'): { readonly jws: string } | undefined {
  if (what === 'notice') return notice.publishedAtUtcMs === undefined ? notice.sent : undefined;
  return notice.cancel?.publishedAtUtcMs === undefined ? notice.cancel?.authorised : undefined;
}

/** The command that a gateway should have answered and has not. */
function unanswered(notice: NoticeRecord, { progress }: TargetRow, nowUtcMs: number): string | undefined {
  const { sent, publishedAtUtcMs, cancel, supersededBy } = notice;
  const isDue = (atUtcMs: number | undefined): boolean =>
    atUtcMs !== undefined && nowUtcMs - atUtcMs >= GRACE_MS;
  if (cancel?.publishedAtUtcMs !== undefined) {
    const isHeld = progress.stage === 'received' || progress.stage === 'started';
    const isOpen = isHeld && progress.hasRefusedCancel !== true;
    return isOpen && isDue(cancel.publishedAtUtcMs) ? cancel.authorised?.jws : undefined;
  }
  if (supersededBy !== undefined || progress.rank > 0 || !isDue(publishedAtUtcMs)) return undefined;
  return nowUtcMs < (sent as SentNotice).endsAtUtcMs ? sent?.jws : undefined;
}

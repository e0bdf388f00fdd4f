import type { Clock } from '../../ports/clock.ts';
import type { Entropy } from '../../ports/entropy.ts';
import type { Log } from '../../ports/log.ts';
import type { Sha256 } from '../../ports/secrets.ts';
import type { Signer } from '../../ports/signature.ts';
import type { AuditTrail } from '../audit/trail.ts';
import type { Registry } from '../registry/service.ts';
import type { DeskStore } from '../store.ts';
import type { Boards } from './boards.ts';
import type { NoticeBook } from './book.ts';

/** Told of what changes, for those who watch. */
export interface Watchers {
  noticeChanged(noticeId: string): void;
  rowChanged(noticeId: string, gatewayId: string): void;
}

/** What the services of notices share. */
export interface NoticeParts {
  readonly store: DeskStore;
  readonly registry: Registry;
  readonly book: NoticeBook;
  readonly boards: Boards;
  readonly trail: AuditTrail;
  readonly watchers: Watchers;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly sha256: Sha256;
  readonly log: Log;
  /** By distributor id. */
  readonly signers: ReadonlyMap<string, Signer>;
  /** Longest that households agreed to, at once and in any 24 hours. */
  readonly caps: { readonly longestSeconds: number; readonly longestInDaySeconds: number };
}

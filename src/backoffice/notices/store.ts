import type { Board, ConsentStand } from '../../contract/desk.ts';
import type { UtcMs } from '../../domain/instant.ts';
import type { Progress } from './progress.ts';
import type { NoticeRecord } from './record.ts';

/** A gateway that a notice was sent to, as it stood then. */
export interface Target {
  readonly gatewayId: string;
  readonly supplierId?: string;
  readonly consent: ConsentStand;
  /** Relief that was expected of it, W. Absent: unknown. */
  readonly forecastW?: number;
  /** Import when the notice was sent, W. Absent: unknown. */
  readonly baselineW?: number;
}

/** What the telemetry of a gateway says of a notice that is in force there. */
export interface Watched {
  /** Import of the last interval, W. */
  readonly lastW: number;
  readonly untilUtcMs: UtcMs;
  /** Not drawn so far, Wh; of an export ceiling not given. */
  readonly energyWh: number;
}

export interface TargetRow {
  readonly target: Target;
  readonly progress: Progress;
  readonly watched?: Watched;
}

/** A signed message on the stream of receipts. Its identity is the first four. */
export interface ReceiptRow {
  readonly gatewayId: string;
  readonly outboxId: string;
  readonly stream: string;
  readonly sequence: number;
  readonly jws: string;
  /** Of the notice that it is about; absent for a checkpoint. */
  readonly noticeId?: string;
  readonly receivedAtUtcMs: UtcMs;
}

/**
 * Where notices are kept. Every call is one transaction, or a part of the one that is open. The store refuses by itself that
 * one person stands for two (drafted and authorised, asked and let go), and that who drafted is changed.
 */
export interface NoticeStore {
  /** Oldest first. */
  notices(): readonly NoticeRecord[];
  saveNotice(notice: NoticeRecord): void;
  /** The last sequence that was signed; 0 before the first. */
  lastSequence(issuer: string, areaKey: string): number;
  /** @returns false when it is not the one after the last: somebody was faster */
  takeSequence(issuer: string, areaKey: string, sequence: number): boolean;
  /** By gateway id. */
  targets(noticeId: string): readonly TargetRow[];
  saveTargets(noticeId: string, rows: readonly TargetRow[]): void;
  /** @returns false when it was there already */
  addReceipt(row: ReceiptRow): boolean;
  receiptsOf(noticeId: string, gatewayId: string): readonly ReceiptRow[];
  series(noticeId: string): Board['series'];
  saveSeries(noticeId: string, series: Board['series']): void;
}

import type { ReceiptMessage } from '../../contract/receipt.ts';
import type { GatewayRecord } from '../registry/rules.ts';
import type { NoticeParts } from './parts.ts';
import { advance, NO_PROGRESS, type Progress, refuseCancel } from './progress.ts';
import type { NoticeRecord } from './record.ts';
import type { ReceiptRow, TargetRow } from './store.ts';

/** A verified message of the stream of receipts. */
export interface VerifiedReceipt {
  readonly row: Omit<ReceiptRow, 'noticeId'>;
  readonly receipt: ReceiptMessage;
}

/** The notice of this desk that it is about: by its id, its issuer and the hash of what it answers. */
function noticeOf(
  { noticeId, issuer, sha256 }: Pick<ReceiptMessage, 'noticeId' | 'issuer' | 'sha256'>,
  find: (noticeId: string) => NoticeRecord | undefined,
): NoticeRecord | undefined {
  const notice = noticeId === undefined ? undefined : find(noticeId);
  if (notice?.sent === undefined || (issuer !== undefined && issuer !== notice.draft.issuer))
    return undefined;
  const ours = [notice.sent.sha256, notice.cancel?.authorised?.sha256];
  return ours.includes(sha256) ? notice : undefined;
}

/** What the receipt makes of the progress. A refusal with the hash of the cancel is about the cancel alone. */
function progressAfter(before: Progress, receipt: ReceiptMessage, notice: NoticeRecord): Progress {
  const isOfCancel = receipt.sha256 !== notice.sent?.sha256;
  return isOfCancel && receipt.status === 'refused' ? refuseCancel(before) : advance(before, receipt);
}

/**
 * Writes receipts that were verified, many in one transaction, and moves their notices on. A receipt that is there already
 * changes nothing.
 * @returns those that are about no notice of this desk
 */
export function takeReceipts(
  parts: NoticeParts,
  batch: readonly VerifiedReceipt[],
): readonly VerifiedReceipt[] {
  const { store, book, boards, registry, watchers } = parts;
  if (batch.length === 0) return [];
  const changed = new Map<string, { readonly notice: NoticeRecord; readonly row: TargetRow }>();
  const strange: VerifiedReceipt[] = [];
  store.transaction(() => {
    for (const verified of batch) {
      const { row, receipt } = verified;
      const notice = noticeOf(receipt, (noticeId) => book.find(noticeId));
      const isNew = store.addReceipt({
        ...row,
        ...(notice === undefined ? {} : { noticeId: notice.noticeId }),
      });
      if (!isNew) continue;
      if (notice === undefined) {
        strange.push(verified);
        continue;
      }
      const key = `${notice.noticeId} ${row.gatewayId}`;
      const before =
        changed.get(key)?.row ??
        boards.of(notice.noticeId).find(row.gatewayId) ??
        rowOfStranger(row.gatewayId, registry.find(row.gatewayId));
      changed.set(key, {
        notice,
        row: { ...before, progress: progressAfter(before.progress, receipt, notice) },
      });
    }
    for (const [noticeId, rows] of byNotice(changed.values())) store.saveTargets(noticeId, rows);
  });
  for (const { notice, row } of changed.values()) {
    boards.of(notice.noticeId).put(row);
    watchers.rowChanged(notice.noticeId, row.target.gatewayId);
  }
  return strange;
}

/** It has the notice by its own site plan, although the registry had it elsewhere when the notice was sent. */
function rowOfStranger(gatewayId: string, record: GatewayRecord | undefined): TargetRow {
  const { supplierId, consent = 'never' } = record ?? {};
  return {
    target: { gatewayId, consent, ...(supplierId === undefined ? {} : { supplierId }) },
    progress: NO_PROGRESS,
  };
}

function byNotice(
  changed: Iterable<{ readonly notice: NoticeRecord; readonly row: TargetRow }>,
): ReadonlyMap<string, readonly TargetRow[]> {
  const grouped = new Map<string, TargetRow[]>();
  for (const { notice, row } of changed) {
    const rows = grouped.get(notice.noticeId);
    if (rows === undefined) grouped.set(notice.noticeId, [row]);
    else rows.push(row);
  }
  return grouped;
}

import type { RestorationMessage } from '../contract/restoration.ts';
import { iso, type Now } from '../domain/instant.ts';
import { FIRST_PREVIOUS } from '../domain/journalChain.ts';
import type { OwnSigner } from '../ports/signature.ts';
import type { JournalNote, OutboxDraft, Store } from '../ports/store.ts';

interface Parts {
  readonly gatewayId: string;
  readonly store: Pick<Store, 'condition' | 'outboxId' | 'head'>;
  readonly signer: OwnSigner;
}

/**
 * What a gateway that goes on from a backup says of that, in its journal and to the back office.
 * To be called before anything is recorded. @returns undefined where it does not come from a backup
 */
export function tellOfRestoration(
  { gatewayId, store, signer }: Parts,
  { runningMs, utcMs }: Now,
): { readonly note: JournalNote; readonly draft: OutboxDraft } | undefined {
  const { condition, outboxId } = store;
  if (condition.kind !== 'fromBackup') return undefined;
  const { journalId, madeAtUtcMs } = condition.backup;
  const { record, hash } = store.head() ?? { record: 0, hash: FIRST_PREVIOUS };
  const jws = signer.sign({
    schema: 'loadgate.restoration/1',
    gatewayId,
    journalId: outboxId,
    former: { journalId, record, hash },
    backupMadeAt: iso(madeAtUtcMs),
    at: iso(utcMs),
  } satisfies RestorationMessage);
  return {
    note: { kind: 'restoration', jws, runningMs, utcMs },
    draft: { stream: 'receipts', body: { jws } },
  };
}

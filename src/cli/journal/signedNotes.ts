import { consentNoteSchema } from '../../contract/consent.ts';
import { type ErasureMessage, erasureSchema } from '../../contract/erasure.ts';
import type { JournalFileHead } from '../../contract/journalFile.ts';
import { type CheckpointMessage, checkpointSchema, receiptSchema } from '../../contract/receipt.ts';
import { type RestorationMessage, restorationSchema } from '../../contract/restoration.ts';
import type { SignatureReader } from '../../ports/signature.ts';
import type { ChainCheck } from './chainCheck.ts';
import { type Flaw, flawAt, isFlaw, type Mismatch, type RecordLine } from './flaw.ts';

export interface Voucher {
  readonly checkpoint: CheckpointMessage;
  /** The record that it stands in; absent: it was given beside the file. */
  readonly inRecord?: number;
}

export interface SignedBy {
  readonly reader: SignatureReader;
  /** Raw Ed25519, base64url. */
  readonly publicKey: string;
}

/** What is used of a schema of the contract. */
interface Schema<T> {
  safeParse(value: unknown):
    | { readonly success: true; readonly data: T }
    | {
        readonly success: false;
        readonly error: {
          readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
        };
      };
}

/** The payload of a JWS of the gateway, or what is wrong with it. */
export async function readOwn<T>(
  jws: string,
  schema: Schema<T>,
  what: string,
  { reader, publicKey }: SignedBy,
): Promise<T | Mismatch> {
  const expected = `a ${what} signed with the key ${publicKey}`;
  const payload = reader.takeApart(jws)?.payload;
  if (payload === undefined) return { expected, found: 'no compact JWS' };
  if (!(await reader.isSignedBy(jws, publicKey))) return { expected, found: 'a signature that does not fit' };
  const parsed = schema.safeParse(JSON.parse(payload));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return { expected, found: `${issue?.path.join('.') || 'a payload'}: ${issue?.message}` };
}

/** Checks what the gateway itself has signed in a record; commands are signed by others. */
export async function checkNote(
  record: RecordLine,
  head: JournalNames,
  signedBy: SignedBy,
): Promise<Flaw | Voucher | undefined> {
  if (record.kind === 'receipt') {
    const receipt = await readOwn(record.content, receiptSchema, 'receipt', signedBy);
    if (!('schema' in receipt)) return flawAt(record, receipt.expected, receipt.found);
    if (receipt.gatewayId === head.gatewayId) return undefined;
    return flawAt(record, `a receipt of the gateway ${head.gatewayId}`, `one of ${receipt.gatewayId}`);
  }
  if (record.kind === 'consent') {
    const said = await readOwn(record.content, consentNoteSchema, 'note of consent', signedBy);
    if (!('schema' in said)) return flawAt(record, said.expected, said.found);
    if (said.gatewayId === head.gatewayId) return undefined;
    return flawAt(record, `a note of consent of the gateway ${head.gatewayId}`, `one of ${said.gatewayId}`);
  }
  if (record.kind === 'erasure') {
    const erasure = await readErasure(record.content, head, signedBy);
    return isFlaw(erasure) ? flawAt(record, erasure.expected, erasure.found) : undefined;
  }
  if (record.kind === 'restoration') {
    if (head.restorations?.includes(record.content) === true) return undefined;
    return flawAt(record, 'a restoration that the head of the file names', 'another one');
  }
  if (record.kind !== 'checkpoint') return undefined;
  const checkpoint = await readCheckpoint(record.content, head, signedBy);
  if (isFlaw(checkpoint)) return flawAt(record, checkpoint.expected, checkpoint.found);
  if (checkpoint.record < record.record) return { checkpoint, inRecord: record.record };
  return flawAt(record, 'a checkpoint of a record before it', `one of record ${checkpoint.record}`);
}

/** The last record whose content may be gone, by the erasures in the head that the gateway has signed; 0: none. */
export async function erasedThroughOf(head: JournalNames, signedBy: SignedBy): Promise<number | Mismatch> {
  let throughRecord = 0;
  for (const jws of head.erasures ?? []) {
    const erasure = await readErasure(jws, head, signedBy);
    if (isFlaw(erasure)) return erasure;
    throughRecord = Math.max(throughRecord, erasure.throughRecord);
  }
  return throughRecord;
}

/** The head of a journal file, and what the journal was called before it went on from backups. */
export type JournalNames = JournalFileHead & { readonly formerly: readonly RestorationMessage['former'][] };

/** Follows the restorations in the head back from the name that the journal has now. */
export async function namesOf(head: JournalFileHead, signedBy: SignedBy): Promise<JournalNames | Mismatch> {
  const restorations: RestorationMessage[] = [];
  for (const jws of head.restorations ?? []) {
    const restoration = await readOwn(jws, restorationSchema, 'restoration', signedBy);
    if (!('schema' in restoration)) return restoration;
    restorations.push(restoration);
  }
  const formerly: RestorationMessage['former'][] = [];
  let { journalId } = head;
  for (const restoration of restorations.toReversed()) {
    if (restoration.journalId !== journalId || restoration.gatewayId !== head.gatewayId) {
      const expected = `a restoration after which the journal of the gateway ${head.gatewayId} was called ${journalId}`;
      return { expected, found: `one of ${restoration.gatewayId}, called ${restoration.journalId}` };
    }
    formerly.push(restoration.former);
    journalId = restoration.former.journalId;
  }
  return { ...head, formerly };
}

/** Whether a journal of that name holds this record: it has its own, and all that came into it from a backup. */
function isOfJournal(journalId: string, record: number, head: JournalNames): boolean {
  if (journalId === head.journalId) return true;
  return head.formerly.some((former) => former.journalId === journalId && record <= former.record);
}

async function readErasure(
  jws: string,
  head: JournalNames,
  signedBy: SignedBy,
): Promise<ErasureMessage | Mismatch> {
  const { gatewayId, journalId } = head;
  const erasure = await readOwn(jws, erasureSchema, 'erasure', signedBy);
  if (!('schema' in erasure)) return erasure;
  const isOurs = isOfJournal(erasure.journalId, erasure.throughRecord, head);
  if (erasure.gatewayId === gatewayId && isOurs) return erasure;
  return {
    expected: `an erasure of the journal ${journalId} of the gateway ${gatewayId}`,
    found: `one of the journal ${erasure.journalId} of the gateway ${erasure.gatewayId}`,
  };
}

/** @returns the checkpoint, when it is one of this gateway and this journal */
export async function readCheckpoint(
  jws: string,
  head: JournalNames,
  signedBy: SignedBy,
): Promise<CheckpointMessage | Mismatch> {
  const { gatewayId, journalId } = head;
  const checkpoint = await readOwn(jws, checkpointSchema, 'checkpoint', signedBy);
  if (!('schema' in checkpoint)) return checkpoint;
  const isOurs = isOfJournal(checkpoint.journalId, checkpoint.record, head);
  if (checkpoint.gatewayId === gatewayId && isOurs) return checkpoint;
  return {
    expected: `a checkpoint of the journal ${journalId} of the gateway ${gatewayId}, which the head names`,
    found: `one of the journal ${checkpoint.journalId} of the gateway ${checkpoint.gatewayId}`,
  };
}

/**
 * Whether the chain is the one that a checkpoint vouches for.
 * @param provenUntil last record that an earlier checkpoint vouches for; 0: none
 */
export function compareWithChain(
  { checkpoint, inRecord }: Voucher,
  chain: ChainCheck,
  provenUntil: number,
): Flaw | undefined {
  const hash = chain.hashOf(checkpoint.record);
  if (hash === undefined || hash === checkpoint.hash) return undefined;
  const source = inRecord === undefined ? 'the checkpoint given' : `the checkpoint in record ${inRecord}`;
  const from = Math.max(provenUntil + 1, chain.first()?.record ?? 1);
  return {
    record: from,
    expected: `the hash ${checkpoint.hash} of record ${checkpoint.record}, for which ${source} of ${checkpoint.at} vouches`,
    found: `${hash}: records ${from} to ${checkpoint.record} hold a change, and the hashes were computed anew`,
  };
}

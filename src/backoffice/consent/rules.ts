import type { ConsentEntryMessage, ConsentRequest, TombstoneMessage } from '../../contract/consent.ts';
import type { ConsentPurpose } from '../../domain/consent.ts';

/** An entry of a gateway's ledger as the gateway has signed it. */
export interface ProvenEntry {
  readonly message: ConsentEntryMessage;
  /** The signed text: what is shown when somebody asks for the proof. */
  readonly jws: string;
  readonly isAcknowledged: boolean;
}

/** Something that a person told the back office, signed for the gateway. */
export interface SignedRequest {
  readonly request: ConsentRequest;
  readonly jws: string;
}

/** What the back office has of the consent of one home. Plain JSON data. */
export interface ConsentFile {
  readonly entries: readonly ProvenEntry[];
  /** Told to the gateway, and not answered by it yet. */
  readonly requests: readonly SignedRequest[];
  /** What the gateway has taken out of its outbox after a withdrawal. */
  readonly tombstones: readonly { readonly message: TombstoneMessage; readonly jws: string }[];
}

export const EMPTY_FILE: ConsentFile = { entries: [], requests: [], tombstones: [] };

/** The same entry again changes nothing; it is acknowledged again, since the acknowledgement may have been lost. */
export function withEntry(file: ConsentFile, message: ConsentEntryMessage, jws: string): ConsentFile {
  const isSame = ({ message: { entry, at } }: ProvenEntry): boolean =>
    entry === message.entry && at === message.at;
  const others = file.entries.filter((one) => !isSame(one));
  const entries = [...others, { message, jws, isAcknowledged: false }];
  // The entry is the gateway's signed answer to what it was asked for.
  const requests = file.requests.filter(({ request }) => request.id !== message.requestId);
  return { ...file, requests, entries: entries.sort((one, other) => compare(one.message, other.message)) };
}

export function withTombstone(file: ConsentFile, message: TombstoneMessage, jws: string): ConsentFile {
  if (file.tombstones.some((one) => one.jws === jws)) return file;
  return { ...file, tombstones: [...file.tombstones, { message, jws }] };
}

export function withRequest(file: ConsentFile, signed: SignedRequest): ConsentFile {
  return { ...file, requests: [...file.requests, signed] };
}

/** What the gateway has not been told yet that it is on the disk here. */
export function unacknowledged(file: ConsentFile): readonly ConsentEntryMessage[] {
  return file.entries.filter(({ isAcknowledged }) => !isAcknowledged).map(({ message }) => message);
}

export function withAcknowledged(file: ConsentFile, told: readonly ConsentEntryMessage[]): ConsentFile {
  const isTold = ({ entry, at }: ConsentEntryMessage): boolean =>
    told.some((one) => one.entry === entry && one.at === at);
  return {
    ...file,
    entries: file.entries.map((one) => (isTold(one.message) ? { ...one, isAcknowledged: true } : one)),
  };
}

/** All that one person has said, oldest first: the proof of where he or she stands. */
export function proofOf(file: ConsentFile, person: string, purpose?: ConsentPurpose): readonly ProvenEntry[] {
  return file.entries.filter(
    ({ message }) => message.person === person && (purpose === undefined || message.purpose === purpose),
  );
}

/** Persons who have agreed to another text than the one that applies: whom a campaign has to ask again. */
export function toAskAgain(
  file: ConsentFile,
  purpose: ConsentPurpose,
  textVersion: string,
): readonly string[] {
  const persons = new Set(file.entries.map(({ message }) => message.person));
  return [...persons].filter((person) => {
    const last = proofOf(file, person, purpose).at(-1)?.message;
    return last?.action === 'given' && last.textVersion !== textVersion;
  });
}

function compare(one: ConsentEntryMessage, other: ConsentEntryMessage): number {
  return Date.parse(one.at) - Date.parse(other.at) || one.entry - other.entry;
}

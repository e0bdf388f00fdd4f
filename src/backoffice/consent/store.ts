import type {
  ConsentEntryMessage,
  ConsentRequest,
  ConsentTextsMessage,
  TombstoneMessage,
} from '../../contract/consent.ts';
import type { ConsentPage, RequestState } from '../../contract/desk.ts';
import type { ConsentPurpose } from '../../domain/consent.ts';
import type { UtcMs } from '../../domain/instant.ts';

/** An entry of a gateway's ledger as the gateway has signed it. */
export interface ProvenEntry {
  readonly message: ConsentEntryMessage;
  /** The signed text: what is shown when somebody asks for the proof. */
  readonly jws: string;
  /** Whether the gateway was told that it is here. */
  readonly isAcknowledged: boolean;
  /** The gateway was restored from a backup since: it acts upon it only when it is given anew. */
  readonly isUnconfirmed: boolean;
}

/** Something that a person told the back office, signed for the gateway. */
export interface KeptRequest {
  readonly request: ConsentRequest;
  readonly jws: string;
  /** Who entered it; absent: that was not kept yet. */
  readonly by?: string;
  readonly state: RequestState;
  /** Why the gateway has refused it. */
  readonly cause?: string;
}

/** What the gateway has taken out of its outbox after a withdrawal. */
export interface ProvenTombstone {
  readonly message: TombstoneMessage;
  readonly jws: string;
}

/** The texts as they were last announced to one gateway. */
export interface Announcement {
  readonly gatewayId: string;
  readonly version: number;
  readonly atUtcMs: UtcMs;
  readonly texts: ConsentTextsMessage['texts'];
  readonly jws: string;
  readonly state: Exclude<RequestState, 'acknowledged'>;
  readonly cause?: string;
}

/** Names an entry: of a ledger that was lost the same number may stand for something else. */
export type EntryKey = Pick<ConsentEntryMessage, 'entry' | 'at'>;

export interface StandQuestion {
  readonly purpose: ConsentPurpose;
  readonly state?: ConsentPage['rows'][number]['state'];
  readonly nowUtcMs: UtcMs;
  readonly page: number;
  readonly pageSize: number;
}

/** Where consent is kept. Every call is one transaction, or a part of the one that is open. Lists are the oldest first. */
export interface ConsentStore {
  consentEntries(gatewayId: string): readonly ProvenEntry[];
  /** The same entry again changes nothing but that it is to be acknowledged again: the acknowledgement may have been lost. */
  saveConsentEntry(message: ConsentEntryMessage, jws: string): void;
  acknowledgeConsent(gatewayId: string, entries: readonly EntryKey[]): void;
  /** What was given until then counts no more until it is given anew. Once more changes nothing. */
  unconfirmConsent(gatewayId: string, untilUtcMs: UtcMs): void;
  /** Gateways with entries that are not acknowledged. */
  unacknowledgedConsent(): readonly string[];
  consentRequests(gatewayId: string): readonly KeptRequest[];
  saveConsentRequest(kept: KeptRequest): void;
  /** Gateways with requests or texts that the broker has not taken. */
  unsentConsent(): readonly string[];
  /** Gateways with requests that the broker has taken and nobody has answered. */
  unansweredConsent(): readonly string[];
  tombstones(gatewayId: string): readonly ProvenTombstone[];
  /** The same again changes nothing. */
  saveTombstone(tombstone: ProvenTombstone): void;
  announcement(gatewayId: string): Announcement | undefined;
  saveAnnouncements(announcements: readonly Announcement[]): void;
  /** Of all announcements; 0 before the first. */
  lastTextsVersion(): number;
  /** Persons by where they stand now. */
  consentStands(question: StandQuestion): Pick<ConsentPage, 'total' | 'rows'>;
  /** Persons whose last word was that they agree to another text. */
  agreedToOtherText(
    purpose: ConsentPurpose,
    textVersion: string,
  ): readonly { readonly gatewayId: string; readonly person: string; readonly textVersion: string }[];
}

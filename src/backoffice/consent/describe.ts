import { consentTextsFrom } from '../../contract/consent.ts';
import type { ConsentLedger, ConsentRequestReport, HomeConsent } from '../../contract/desk.ts';
import {
  CONSENT_PURPOSES,
  type ConsentEntry,
  type ConsentPurpose,
  consentOfPerson,
  consentStateOf,
  GATEWAY_PURPOSES,
  personsOf,
} from '../../domain/consent.ts';
import { iso, type UtcMs } from '../../domain/instant.ts';
import type { Announcement, KeptRequest, ProvenEntry, ProvenTombstone } from './store.ts';

/** All that the back office has of the consent of one home. */
export interface ConsentFile {
  readonly gatewayId: string;
  readonly entries: readonly ProvenEntry[];
  readonly requests: readonly KeptRequest[];
  readonly tombstones: readonly ProvenTombstone[];
  readonly announcement?: Announcement;
}

const MOST_ANSWERED = 20;

export function describeHome(file: ConsentFile, nowUtcMs: UtcMs): HomeConsent {
  const { gatewayId, entries, announcement } = file;
  const ledger = entries.map(ledgerEntryOf);
  const texts = announcement === undefined ? {} : consentTextsFrom(announcement);
  return {
    gatewayId,
    purposes: GATEWAY_PURPOSES.map((purpose) => {
      const text = announcement?.texts[purpose];
      return {
        purpose,
        title: CONSENT_PURPOSES[purpose].title,
        state: consentStateOf(ledger, purpose, texts, nowUtcMs).kind,
        ...(text === undefined ? {} : { text }),
        persons: personsOf(ledger).flatMap((person) => {
          const stand = consentOfPerson(ledger, purpose, person, texts, nowUtcMs);
          const proven = stand.kind === 'never' ? undefined : entries[ledger.indexOf(stand.entry)];
          return proven === undefined ? [] : [describePerson(proven, stand.kind)];
        }),
      };
    }),
    requests: describeRequests(file.requests),
    ...(announcement === undefined ? {} : { announcement: describeAnnouncement(announcement) }),
    tombstones: file.tombstones.map(({ message: { at, purposes, streams } }) => ({
      at,
      purposes: [...purposes],
      removed: streams.reduce((sum, { removed }) => sum + removed, 0),
      rewritten: streams.reduce((sum, { rewritten }) => sum + rewritten, 0),
    })),
    unacknowledged: entries.filter(({ isAcknowledged }) => !isAcknowledged).length,
  };
}

/** All that was said, by one person or about one purpose: the proof of where somebody stands. */
export function describeLedger(
  entries: readonly ProvenEntry[],
  { person, purpose }: { readonly person?: string; readonly purpose?: string },
): ConsentLedger {
  return {
    entries: entries
      .filter(
        ({ message }) =>
          (person === undefined || message.person === person) &&
          (purpose === undefined || message.purpose === purpose),
      )
      .map(({ message: { entry, at, action, textVersion, how, ...said }, jws, isAcknowledged }) => ({
        entry,
        at,
        purpose: said.purpose,
        action,
        textVersion,
        person: said.person,
        how,
        isAcknowledged,
        jws,
      })),
  };
}

export function describeRequest({ request, by, state, cause }: KeptRequest): ConsentRequestReport {
  const { schema: _, gatewayId: _gatewayId, issuedAt, ...said } = request;
  return {
    ...said,
    at: issuedAt,
    ...(by === undefined ? {} : { by }),
    state,
    ...(cause === undefined ? {} : { cause }),
  };
}

/** The text that a request is about where it names none: what the home was told last, or what the person spoke about last. */
export function textFor({ announcement, entries }: ConsentFile, purpose: ConsentPurpose): string | undefined {
  const last = entries.findLast(({ message }) => message.purpose === purpose);
  return announcement?.texts[purpose]?.version ?? last?.message.textVersion;
}

function describeRequests(requests: readonly KeptRequest[]): ConsentRequestReport[] {
  const isOpen = ({ state }: KeptRequest): boolean => state === 'waiting' || state === 'sent';
  const answered = requests.filter((kept) => !isOpen(kept)).slice(-MOST_ANSWERED);
  return requests
    .filter((kept) => isOpen(kept) || answered.includes(kept))
    .toReversed()
    .map(describeRequest);
}

function describeAnnouncement({
  version,
  atUtcMs,
  state,
  cause,
}: Announcement): NonNullable<HomeConsent['announcement']> {
  return { version, at: iso(atUtcMs), state, ...(cause === undefined ? {} : { cause }) };
}

function describePerson(
  { message, isAcknowledged }: ProvenEntry,
  state: HomeConsent['purposes'][number]['state'],
): HomeConsent['purposes'][number]['persons'][number] {
  const { person, textVersion, at, how, evidence, expiresAt } = message;
  return {
    person,
    state,
    textVersion,
    at,
    how,
    ...(evidence === undefined ? {} : { evidence }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    isAcknowledged,
  };
}

function ledgerEntryOf({ message, isUnconfirmed }: ProvenEntry): ConsentEntry {
  const { schema: _, gatewayId: _gatewayId, entry: _entry, at, expiresAt, ...said } = message;
  return {
    ...said,
    atUtcMs: Date.parse(at),
    ...(expiresAt === undefined ? {} : { expiresAtUtcMs: Date.parse(expiresAt) }),
    ...(isUnconfirmed && message.action === 'given' ? { isUnconfirmed } : {}),
  };
}

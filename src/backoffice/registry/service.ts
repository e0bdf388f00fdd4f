import type {
  AreaSummary,
  Areas,
  ConsentStand,
  GatewayPage,
  ImportResult,
  Registration,
} from '../../contract/desk.ts';
import type { UtcMs } from '../../domain/instant.ts';
import type { Area } from '../../domain/restriction.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { LoadFigures } from './figures.ts';
import {
  type Checkpoint,
  type GatewayRecord,
  isIn,
  isReachable,
  register,
  rowOf,
  summarise,
} from './rules.ts';
import type { RegistryStore } from './store.ts';

/** Sightings and figures go to the disk at least this often; after a crash the next message of a gateway renews them. */
const FLUSH_MS = 10_000;

export interface RegistryOptions {
  readonly store: RegistryStore;
  readonly clock: Clock;
  readonly log: Log;
  /** Names a raw public key by itself (RFC 7638). */
  readonly keyIdOf: (publicKey: string) => string;
}

/** What a gateway said of itself. */
export interface Sighting {
  readonly isOnline: boolean;
  /** Absent: it does not show that the gateway was there, as a last will does not. */
  readonly seenAtUtcMs?: UtcMs;
  readonly version?: string;
  readonly figures?: LoadFigures;
  readonly consent?: { readonly state: ConsentStand; readonly text?: string };
}

export interface GatewayQuestion {
  readonly area?: string;
  /** Part of the id. */
  readonly search?: string;
  readonly consent?: ConsentStand;
  readonly page: number;
  readonly pageSize: number;
}

/**
 * All gateways in memory, some 500 bytes each, so that ten thousand of them can report every minute without as many
 * writes. What proves something (keys, consent, registration) is on the disk when the call returns; when a gateway was
 * last seen and what it drew follows within ten seconds.
 */
export class Registry {
  readonly #options: RegistryOptions;
  readonly #records: Map<string, GatewayRecord>;
  readonly #unsaved = new Set<string>();
  #cancelFlush: Cancel | undefined;
  #areaIndex: ReadonlyMap<string, Place> | undefined;

  constructor(options: RegistryOptions) {
    this.#options = options;
    this.#records = new Map(options.store.gateways().map((record) => [record.gatewayId, record]));
  }

  get size(): number {
    return this.#records.size;
  }

  find(gatewayId: string): GatewayRecord | undefined {
    return this.#records.get(gatewayId);
  }

  gatewayIds(): readonly string[] {
    return [...this.#records.keys()];
  }

  isReachable(gatewayId: string): boolean {
    const record = this.#records.get(gatewayId);
    return record !== undefined && isReachable(record, this.#options.clock.now().utcMs);
  }

  /** Those a notice for the area is for, by id. */
  membersOf(area: Area): readonly GatewayRecord[] {
    if (area.kind === 'gateways') {
      return area.gatewayIds.flatMap((gatewayId) => this.#records.get(gatewayId) ?? []);
    }
    const place = this.#places().get(`${area.kind} ${area.areaId}`);
    return (place?.gatewayIds ?? []).flatMap((gatewayId) => {
      const record = this.#records.get(gatewayId);
      return record !== undefined && isIn(area, record) ? [record] : [];
    });
  }

  /** @param gateways checked by registrationSchema */
  importAll(gateways: readonly Registration[]): ImportResult {
    const result = { added: 0, changed: 0, unchanged: 0 };
    const changed: GatewayRecord[] = [];
    for (const given of gateways) {
      const before = this.#records.get(given.gatewayId);
      const after = register(before, given, this.#options.keyIdOf);
      if (before === undefined) result.added += 1;
      else if (JSON.stringify(sorted(before)) === JSON.stringify(sorted(after))) result.unchanged += 1;
      else result.changed += 1;
      changed.push(after);
    }
    this.#options.store.saveGateways(changed);
    for (const record of changed) this.#records.set(record.gatewayId, record);
    this.#areaIndex = undefined;
    return result;
  }

  /** @returns false for a gateway that is not registered */
  see(gatewayId: string, sighting: Sighting): boolean {
    const before = this.#records.get(gatewayId);
    if (before === undefined) return false;
    const { isOnline, seenAtUtcMs, version, figures, consent } = sighting;
    const isNewer = figures !== undefined && figures.atUtcMs >= (before.figures?.atUtcMs ?? 0);
    const lastSeenUtcMs = Math.max(before.lastSeenUtcMs ?? 0, seenAtUtcMs ?? 0);
    const hasNewConsent =
      consent !== undefined && (consent.state !== before.consent || consent.text !== before.consentText);
    const { consentText, ...rest } = before;
    const text = hasNewConsent ? consent.text : consentText;
    const after: GatewayRecord = {
      ...rest,
      isOnline,
      ...(text === undefined ? {} : { consentText: text }),
      ...(hasNewConsent ? { consent: consent.state } : {}),
      ...(lastSeenUtcMs === 0 ? {} : { lastSeenUtcMs }),
      ...(version === undefined ? {} : { version }),
      ...(isNewer ? { figures } : {}),
    };
    this.#records.set(gatewayId, after);
    if (hasNewConsent) this.#options.store.saveGateways([after]);
    else this.#saveLater(gatewayId);
    return true;
  }

  /**
   * Takes the key that a gateway shows as its own, when none is known.
   * @returns `pinned`; `known`; or `other`, when another key is on record: then nothing changes
   */
  pin(gatewayId: string, publicKey: string): 'pinned' | 'known' | 'other' | 'unregistered' {
    const before = this.#records.get(gatewayId);
    if (before === undefined) return 'unregistered';
    if (before.key !== undefined) return before.key.publicKey === publicKey ? 'known' : 'other';
    const key = { publicKey, keyId: this.#options.keyIdOf(publicKey), source: 'pinned' as const };
    const after = { ...before, key };
    this.#options.store.saveGateways([after]);
    this.#records.set(gatewayId, after);
    return 'pinned';
  }

  /** Whether it is ahead of the last one of the same journal, or of another journal. */
  isNewCheckpoint(gatewayId: string, checkpoint: Checkpoint): boolean {
    const before = this.#records.get(gatewayId)?.checkpoint;
    if (before === undefined) return true;
    if (before.journalId !== checkpoint.journalId) return checkpoint.at >= before.at;
    return checkpoint.record > before.record;
  }

  /** For records that somebody else has saved already. */
  withCheckpoint(gatewayId: string, checkpoint: Checkpoint): GatewayRecord | undefined {
    const before = this.#records.get(gatewayId);
    return before === undefined ? undefined : { ...before, checkpoint };
  }

  adopt(record: GatewayRecord): void {
    this.#records.set(record.gatewayId, record);
  }

  areas(
    liveNotices: (area: { kind: 'feeder' | 'substation'; areaId: string }) => AreaSummary['liveNotices'],
  ): Areas {
    const nowUtcMs = this.#options.clock.now().utcMs;
    const areas = [...this.#places().values()].map(({ kind, areaId, distributor, gatewayIds }) => {
      const members = gatewayIds.flatMap((gatewayId) => this.#records.get(gatewayId) ?? []);
      return {
        ...summarise({ kind, areaId, distributor }, members, nowUtcMs),
        liveNotices: liveNotices({ kind, areaId }),
      };
    });
    return { at: new Date(nowUtcMs).toISOString(), areas };
  }

  page({ area, search, consent, page, pageSize }: GatewayQuestion): GatewayPage {
    const nowUtcMs = this.#options.clock.now().utcMs;
    const found = [...this.#records.values()]
      .filter(
        (record) =>
          (area === undefined || record.feeder === area || record.substation === area) &&
          (consent === undefined || record.consent === consent) &&
          (search === undefined || record.gatewayId.includes(search)),
      )
      .sort((one, other) => (one.gatewayId < other.gatewayId ? -1 : 1));
    const rows = found.slice((page - 1) * pageSize, page * pageSize).map((record) => rowOf(record, nowUtcMs));
    return { total: found.length, page, pageSize, rows };
  }

  /** Writes what has not been written yet. */
  flush(): void {
    const records = [...this.#unsaved].flatMap((gatewayId) => this.#records.get(gatewayId) ?? []);
    this.#options.store.saveGateways(records);
    this.#unsaved.clear();
  }

  stop(): void {
    this.#cancelFlush?.();
  }

  #saveLater(gatewayId: string): void {
    this.#unsaved.add(gatewayId);
    this.#cancelFlush ??= this.#options.clock.after(FLUSH_MS, () => {
      this.#cancelFlush = undefined;
      try {
        this.flush();
      } catch (error) {
        this.#options.log.error(
          { error: String(error) },
          'What gateways said last could not be written; it is tried again',
        );
      }
    });
  }

  #places(): ReadonlyMap<string, Place> {
    this.#areaIndex ??= indexAreas([...this.#records.values()]);
    return this.#areaIndex;
  }
}

interface Place {
  readonly kind: 'feeder' | 'substation';
  readonly areaId: string;
  readonly distributor: string;
  readonly gatewayIds: string[];
}

/** Feeders first, each kind by name, the gateways of each by id. */
function indexAreas(records: readonly GatewayRecord[]): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  for (const { gatewayId, distributor, feeder, substation } of records) {
    for (const [kind, areaId] of [
      ['feeder', feeder],
      ['substation', substation],
    ] as const) {
      if (areaId === undefined) continue;
      const place = places.get(`${kind} ${areaId}`) ?? { kind, areaId, distributor, gatewayIds: [] };
      place.gatewayIds.push(gatewayId);
      places.set(`${kind} ${areaId}`, place);
    }
  }
  for (const { gatewayIds } of places.values()) gatewayIds.sort();
  return new Map([...places].sort(([one], [other]) => (one < other ? -1 : 1)));
}

function sorted(record: GatewayRecord): readonly (readonly [string, unknown])[] {
  return Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1));
}

import type { AreaSummary, ConsentStand, GatewayRow, Registration } from '../../contract/desk.ts';
import type { UtcMs } from '../../domain/instant.ts';
import type { Area } from '../../domain/restriction.ts';
import { chargePointsPowerW, importPowerW, type LoadFigures } from './figures.ts';

/** Silence after which a home counts as away: five telemetry intervals of a minute. */
const REACHABLE_MS = 300_000;

/** Figures older than this say nothing about now. */
const FRESH_MS = 300_000;

export interface GatewayKey {
  /** Raw Ed25519, base64url. */
  readonly publicKey: string;
  readonly keyId: string;
  readonly source: 'registered' | 'pinned';
}

export interface Checkpoint {
  readonly journalId: string;
  readonly record: number;
  readonly hash: string;
  readonly at: string;
}

/** All that is known of one gateway. Nothing of it names a person or a place. */
export interface GatewayRecord {
  readonly gatewayId: string;
  readonly distributor: string;
  readonly feeder: string;
  readonly substation?: string;
  readonly supplierId?: string;
  readonly consent: ConsentStand;
  readonly consentText?: string;
  readonly key?: GatewayKey;
  /** False: its last will, or its farewell. */
  readonly isOnline: boolean;
  readonly lastSeenUtcMs?: UtcMs;
  readonly version?: string;
  readonly figures?: LoadFigures;
  readonly checkpoint?: Checkpoint;
}

/** A registration over what is known already. A key that is given takes the place of any other; none leaves it alone. */
export function register(
  before: GatewayRecord | undefined,
  given: Registration,
  keyIdOf: (publicKey: string) => string,
): GatewayRecord {
  const { publicKey, consent, consentText, ...place } = given;
  const { isOnline, lastSeenUtcMs, version, figures, checkpoint, ...known } = before ?? NOTHING_KNOWN;
  const key =
    publicKey === undefined
      ? known.key
      : { publicKey, keyId: keyIdOf(publicKey), source: 'registered' as const };
  const text = consent === undefined ? (consentText ?? known.consentText) : consentText;
  return {
    ...place,
    isOnline,
    consent: consent ?? known.consent,
    ...(text === undefined ? {} : { consentText: text }),
    ...(key === undefined ? {} : { key }),
    ...(lastSeenUtcMs === undefined ? {} : { lastSeenUtcMs }),
    ...(version === undefined ? {} : { version }),
    ...(figures === undefined ? {} : { figures }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
  };
}

const NOTHING_KNOWN: Omit<GatewayRecord, 'gatewayId' | 'distributor' | 'feeder'> = {
  consent: 'never',
  isOnline: false,
};

export function isReachable(record: GatewayRecord, nowUtcMs: UtcMs): boolean {
  const { isOnline, lastSeenUtcMs } = record;
  return isOnline && lastSeenUtcMs !== undefined && nowUtcMs - lastSeenUtcMs <= REACHABLE_MS;
}

export function freshFigures(record: GatewayRecord, nowUtcMs: UtcMs): LoadFigures | undefined {
  const { figures } = record;
  return figures === undefined || nowUtcMs - figures.atUtcMs > FRESH_MS ? undefined : figures;
}

/** Whether a notice for the area is for this gateway. */
export function isIn(area: Area, record: GatewayRecord): boolean {
  if (area.kind === 'gateways') return area.gatewayIds.includes(record.gatewayId);
  return area.kind === 'feeder' ? record.feeder === area.areaId : record.substation === area.areaId;
}

export function summarise(
  place: Pick<AreaSummary, 'areaId' | 'kind' | 'distributor'>,
  members: readonly GatewayRecord[],
  nowUtcMs: UtcMs,
): Omit<AreaSummary, 'liveNotices'> {
  let importW = 0;
  let chargePointsW = 0;
  let known = 0;
  for (const record of members) {
    const figures = freshFigures(record, nowUtcMs);
    const flowW = figures === undefined ? undefined : importPowerW(figures);
    if (figures === undefined || flowW === undefined) continue;
    known += 1;
    importW += flowW;
    chargePointsW += chargePointsPowerW(figures) ?? 0;
  }
  return {
    ...place,
    homes: members.length,
    consenting: members.filter(({ consent }) => consent === 'given').length,
    reachable: members.filter((record) => isReachable(record, nowUtcMs)).length,
    load: {
      importW: Math.round(importW),
      chargePointsW: Math.round(chargePointsW),
      known,
      unknown: members.length - known,
    },
  };
}

export function rowOf(record: GatewayRecord, nowUtcMs: UtcMs): GatewayRow {
  const { gatewayId, distributor, feeder, substation, supplierId, consent, consentText, key } = record;
  const { lastSeenUtcMs, version, figures, checkpoint } = record;
  const importW = figures === undefined ? undefined : importPowerW(figures);
  const chargePointsW = figures === undefined ? undefined : chargePointsPowerW(figures);
  return {
    gatewayId,
    distributor,
    feeder,
    ...(substation === undefined ? {} : { substation }),
    ...(supplierId === undefined ? {} : { supplierId }),
    consent,
    ...(consentText === undefined ? {} : { consentText }),
    key: key?.source ?? 'none',
    ...(key === undefined ? {} : { keyId: key.keyId }),
    isReachable: isReachable(record, nowUtcMs),
    ...(lastSeenUtcMs === undefined ? {} : { lastSeenAt: new Date(lastSeenUtcMs).toISOString() }),
    ...(version === undefined ? {} : { version }),
    ...(importW === undefined ? {} : { importW: Math.round(importW) }),
    ...(chargePointsW === undefined ? {} : { chargePointsW: Math.round(chargePointsW) }),
    ...(figures === undefined
      ? {}
      : { loadAgeSeconds: Math.max(0, Math.round((nowUtcMs - figures.atUtcMs) / 1_000)) }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
  };
}

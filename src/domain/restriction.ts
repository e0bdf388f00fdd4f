import type { ClockLevel, RunningMs, UtcMs } from './instant.ts';
import type { LimitBasis } from './limit.ts';
import type { DistributorId } from './mpan.ts';

/** Where a notice is for. Names of network parts and of gateways, never of people or places. */
export type Area =
  | { readonly kind: 'feeder' | 'substation'; readonly areaId: string }
  | { readonly kind: 'gateways'; readonly gatewayIds: readonly string[] };

/**
 * What a distributor asks for. A floor is the least that the notice leaves, whatever its ceiling works out to; what the
 * site plan keeps for essential circuits is kept besides.
 */
export type Measure =
  | {
      readonly kind: 'importCeiling' | 'exportCeiling';
      readonly basis: LimitBasis;
      /** At the connection point: amps per phase or watts over all phases, >= 0. */
      readonly ceiling: number;
      readonly floor?: number;
    }
  | {
      readonly kind: 'chargePointCeiling';
      /** Most for each charge point, amps per phase, >= 0; one of the two is given. */
      readonly ceilingA?: number;
      /** Of the rating of each charge point, 0 to 100. */
      readonly percentOfRating?: number;
      readonly floor?: number;
    }
  /** Every switched load that the site plan does not keep closed. */
  | { readonly kind: 'loadSwitchOpen' };

/** Why a distributor may do this: last resort, after bought flexibility failed (DCP 371). */
export interface NoticeBasis {
  /** The flexibility service that should have prevented it. */
  readonly flexibilityService: string;
  readonly cause: 'flexibilityFailed' | 'flexibilityAbsent' | 'overloadImminent' | 'other';
  /** How that was established. */
  readonly established: string;
  readonly customersToldAt: UtcMs;
  readonly suppliersToldAt: UtcMs;
}

/** A notice, or its successor, that another command refers to: by its id and by the hash of its signed bytes. */
export interface NoticeReference {
  readonly noticeId: string;
  /** SHA-256 of the notice as it was signed, 64 hexadecimal digits: shows that the sender knows what it releases. */
  readonly sha256: string;
}

/** What notices and cancels have in common. */
interface Command {
  readonly issuer: DistributorId;
  readonly area: Area;
  /** Rises with each command of one issuer for one area. */
  readonly sequence: number;
  readonly issuedAtUtcMs: UtcMs;
  /** In the words of the issuer, for people. */
  readonly reason: string;
}

export interface RestrictionNotice extends Command {
  readonly kind: 'notice';
  readonly noticeId: string;
  readonly measure: Measure;
  /** Absent: on receipt. */
  readonly startsAtUtcMs?: UtcMs;
  readonly durationMs: number;
  /** Received later than this, it is not taken. */
  readonly expiresAtUtcMs: UtcMs;
  readonly basis: NoticeBasis;
  /** Everything but moving a load. */
  readonly isRehearsal: boolean;
  /** Ends when this one begins. */
  readonly supersedes?: NoticeReference;
}

export interface RestrictionCancel extends Command {
  readonly kind: 'cancel';
  readonly cancels: NoticeReference;
}

export type RestrictionCommand = RestrictionNotice | RestrictionCancel;

/** A command whose signature was found good, with what is known of its signer. */
export interface SignedCommand<T = RestrictionCommand> {
  readonly command: T;
  /** SHA-256 of the bytes that were signed. */
  readonly sha256: string;
  readonly keyId: string;
  /** The compact JWS itself, for the journal. */
  readonly jws: string;
}

/** In the order of the checks: what comes first is what is told. */
export const REFUSALS = {
  size: { check: 1, meaning: 'longer than any command', drlc: 0xfe },
  shape: { check: 1, meaning: 'not a command that this gateway can read', drlc: 0xfe },
  unknownKey: { check: 2, meaning: 'signed with a key that the trust bundle does not hold', drlc: 0xfe },
  wrongRole: { check: 2, meaning: 'signed with a key that may not give this command', drlc: 0xfe },
  wrongDistributor: {
    check: 2,
    meaning: 'signed for another distributor than the one that this supply is connected to',
    drlc: 0xfe,
  },
  revokedKey: { check: 2, meaning: 'signed with a key that has been revoked', drlc: 0xfe },
  keyOutOfDate: { check: 2, meaning: 'signed with a key outside of the time that it is for', drlc: 0xfe },
  badSignature: { check: 3, meaning: 'the signature does not fit the bytes', drlc: 0xfe },
  notAddressed: { check: 4, meaning: 'for another area', drlc: 0xfe },
  idReused: { check: 5, meaning: 'the same notice id with other content', drlc: 0xfe },
  lowerSequence: {
    check: 5,
    meaning: 'a sequence that is not above the last one of this issuer and area',
    drlc: 0xfe,
  },
  expired: { check: 6, meaning: 'received after its end or its expiry', drlc: 0xfb },
  clockUntrusted: {
    check: 6,
    meaning: 'it begins by the wall clock, and the clock of this gateway is not synced',
    drlc: 0xfe,
  },
  tooFarAhead: { check: 6, meaning: 'it begins, or was issued, too far ahead', drlc: 0xfe },
  noConsent: { check: 7, meaning: 'this household has not agreed to restrictions', drlc: 0x0a },
  consentWithdrawn: { check: 7, meaning: 'this household has withdrawn its agreement', drlc: 0x0a },
  consentOutdated: {
    check: 7,
    meaning: 'this household has agreed to another text than the one that applies now',
    drlc: 0x0a,
  },
  overCap: { check: 8, meaning: 'the time that the household agreed to is used up', drlc: 0xfe },
  floor: {
    check: 9,
    meaning: 'nothing here may be moved: all of it is kept for essential needs',
    drlc: 0xfe,
  },
  undefinedNotice: { check: 5, meaning: 'it refers to a notice that this gateway does not know', drlc: 0xfd },
  wrongState: {
    check: 5,
    meaning: 'it refers to a notice with other content than this gateway holds: a release needs that proof',
    drlc: 0xf8,
  },
  beforeRestore: {
    check: 5,
    meaning: 'a release that was issued before this gateway was restored from a backup',
    drlc: 0xfe,
  },
  alreadyOver: { check: 6, meaning: 'the notice that it refers to is over', drlc: 0xf9 },
} as const;

export type RefusalCode = keyof typeof REFUSALS;

/** How a notice was changed, so that it stays inside of what the household agreed to. */
export type Adjustment =
  | { readonly kind: 'trimmed'; readonly toMs: number; readonly by: 'single' | 'rollingDay' }
  | { readonly kind: 'floored'; readonly loadIds: readonly string[] };

/**
 * The life of a notice at a gateway. The words follow the event status of Zigbee DRLC (cluster 0x0701) where one fits.
 */
export const RECEIPT_STATUSES = {
  received: { drlc: 0x01, meaning: 'checked and taken; it begins now or later' },
  refused: { drlc: undefined, meaning: 'not taken, with the code of the check that failed' },
  started: { drlc: 0x02, meaning: 'in force' },
  inForce: { drlc: undefined, meaning: 'another hour in force' },
  completed: { drlc: 0x03, meaning: 'ended by itself' },
  withdrawn: { drlc: 0x04, meaning: 'ended here, since the household withdrew its agreement' },
  cancelled: { drlc: 0x06, meaning: 'ended by its issuer' },
  superseded: { drlc: 0x07, meaning: 'another notice has taken its place' },
  released: { drlc: undefined, meaning: 'every load is back to what else holds; with the measured effect' },
} as const;

export type ReceiptStatus = keyof typeof RECEIPT_STATUSES;

/** Mean import at the connection point from readings of each second; export counts negative. */
export interface MeanPower {
  readonly meanW: number;
  /** How much of the window was measured, ms. */
  readonly coveredMs: number;
}

/** What a notice has done at one home, as far as it was measured. */
export interface MeasuredEffect {
  /** The minute before it began. Absent: nothing was measured. */
  readonly before?: MeanPower;
  /** From when the loads had followed to its end. */
  readonly during?: MeanPower;
  /** The minute after every load was back; only in the receipt `released`. */
  readonly after?: MeanPower;
  /** From the receipt of the notice to the first read-back of every load that had to move. */
  readonly receiptToEffectMs?: number;
  readonly excursions: number;
}

export interface Receipt {
  readonly gatewayId: string;
  readonly status: ReceiptStatus;
  /** Absent for a command that could not be read. */
  readonly noticeId?: string;
  readonly issuer?: DistributorId;
  readonly sequence?: number;
  /** Of the command that this answers, as it came. */
  readonly sha256: string;
  readonly atUtcMs: UtcMs;
  readonly runningMs: RunningMs;
  readonly clockLevel: ClockLevel;
  readonly isRehearsal: boolean;
  readonly code?: RefusalCode;
  /** For people: what was expected and found. */
  readonly cause?: string;
  readonly adjustments: readonly Adjustment[];
  /** When it begins and ends, as it stands now. */
  readonly startsAtUtcMs?: UtcMs;
  readonly endsAtUtcMs?: UtcMs;
  readonly effect?: MeasuredEffect;
}

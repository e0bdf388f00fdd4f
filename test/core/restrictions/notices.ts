import { type AdmissionContext, admit } from '../../../src/core/restrictions/admit.ts';
import { type HeldNotice, NO_RESTRICTIONS } from '../../../src/core/restrictions/memory.ts';
import type { ConsentEntry } from '../../../src/domain/consent.ts';
import { consentTextsOf } from '../../../src/domain/consentTexts.ts';
import type { Now } from '../../../src/domain/instant.ts';
import type {
  RestrictionCancel,
  RestrictionCommand,
  RestrictionNotice,
  SignedCommand,
} from '../../../src/domain/restriction.ts';
import type { SitePlan } from '../../../src/domain/sitePlan.ts';
import { SITE } from '../smallHome.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const UTC_MS = Date.parse('2026-01-05T17:30:00Z');

export const HOME: SitePlan = {
  ...SITE,
  supply: { mpan: '2000123456080', areas: ['f12', 's3'] },
  restriction: {
    consentText: 'dno-2',
    longestMs: 2 * HOUR_MS,
    longestInDayMs: 2 * HOUR_MS,
    objection: 'call 0800 000 0000',
  },
};

export const AGREED: ConsentEntry = {
  purpose: 'dnoRestriction',
  action: 'given',
  textVersion: 'dno-2',
  person: 'main',
  how: 'paper',
  atUtcMs: UTC_MS - 30 * 24 * HOUR_MS,
};

export function synced(runningMs: number, utcMs = UTC_MS + runningMs): Now {
  return { runningMs, utcMs, clockLevel: 'synced' };
}

export const NOTICE: RestrictionNotice = {
  kind: 'notice',
  noticeId: 'n1',
  issuer: '20',
  area: { kind: 'feeder', areaId: 'f12' },
  sequence: 1,
  issuedAtUtcMs: UTC_MS,
  reason: 'overload of feeder 12',
  measure: { kind: 'chargePointCeiling', ceilingA: 0 },
  durationMs: HOUR_MS,
  expiresAtUtcMs: UTC_MS + 10 * MINUTE_MS,
  basis: {
    flexibilityService: 'evening flexibility',
    cause: 'flexibilityFailed',
    established: 'the provider did not deliver',
    customersToldAt: UTC_MS,
    suppliersToldAt: UTC_MS,
  },
  isRehearsal: false,
};

export function noticeWith(change: Partial<RestrictionNotice>): RestrictionNotice {
  return { ...NOTICE, ...change };
}

/** Ends n1, with the proof that it is known. */
export function cancelOf(noticeId = 'n1', change: Partial<RestrictionCancel> = {}): RestrictionCancel {
  const { issuer, area, issuedAtUtcMs } = NOTICE;
  return {
    kind: 'cancel',
    issuer,
    area,
    issuedAtUtcMs,
    sequence: 2,
    reason: 'the load has gone',
    cancels: { noticeId, sha256: hashOf(noticeId) },
    ...change,
  };
}

/** Stands for the hash of a command; every content has its own. */
export function hashOf(text: string): string {
  return Buffer.from(text).toString('hex').padEnd(64, '0').slice(0, 64);
}

export function signed<T extends RestrictionCommand>(command: T, sha256?: string): SignedCommand<T> {
  const name = command.kind === 'notice' ? command.noticeId : `cancel ${command.cancels.noticeId}`;
  return { command, sha256: sha256 ?? hashOf(name), keyId: 'ssen', jws: `jws of ${name}` };
}

export function context(change: Partial<AdmissionContext> = {}): AdmissionContext {
  return {
    now: synced(0),
    site: HOME,
    gatewayId: 'home-1',
    memory: NO_RESTRICTIONS,
    ledger: [AGREED],
    texts: consentTextsOf(change.site ?? HOME),
    ...change,
  };
}

/** The notice as it is held after it was taken. */
export function held(change: Partial<RestrictionNotice> = {}, now: Now = synced(0)): HeldNotice {
  const admission = admit(signed(noticeWith(change)), context({ now }));
  if (admission.kind !== 'taken') throw new Error(`not taken: ${JSON.stringify(admission)}`);
  return admission.held;
}

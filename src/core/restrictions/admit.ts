import { type ConsentEntry, type ConsentTexts, consentStateOf } from '../../domain/consent.ts';
import { iso, type Now, type UtcMs } from '../../domain/instant.ts';
import type {
  Adjustment,
  Area,
  NoticeReference,
  RefusalCode,
  RestrictionCancel,
  RestrictionCommand,
  RestrictionNotice,
  SignedCommand,
} from '../../domain/restriction.ts';
import type { SitePlan } from '../../domain/sitePlan.ts';
import { capped } from './caps.ts';
import { measureAt } from './measureLimits.ts';
import { type HeldNotice, NO_POWER, type RestrictionMemory, type Stretch } from './memory.ts';

export interface AdmissionContext {
  readonly now: Now;
  readonly site: SitePlan;
  readonly gatewayId: string;
  readonly memory: RestrictionMemory;
  readonly ledger: readonly ConsentEntry[];
  /** That are to be agreed to. */
  readonly texts: ConsentTexts;
  /** What was issued before this releases nothing; absent: all may. */
  readonly releasesSinceUtcMs?: UtcMs;
}

/** What becomes of a command whose signature is good. */
export type Admission =
  /** It was answered before. */
  | { readonly kind: 'repeated' }
  | { readonly kind: 'taken'; readonly held: HeldNotice }
  | { readonly kind: 'cancels'; readonly noticeId: string }
  | { readonly kind: 'refused'; readonly code: RefusalCode; readonly cause: string };

type Refused = Extract<Admission, { kind: 'refused' }>;

/** A start lies at most this far ahead, by a synced clock. */
const MOST_AHEAD_MS = 86_400_000;
/** The clocks of the issuer and of the gateway may lie this far apart. */
const CLOCK_TOLERANCE_MS = 300_000;

/**
 * Checks 4 to 9, in their order; the first that fails is what is told. Restricting is easy: one valid signature and a
 * higher sequence. Releasing needs the proof of what is released as well.
 */
export function admit(signed: SignedCommand, context: AdmissionContext): Admission {
  const { command, sha256 } = signed;
  if (!isAddressed(command.area, context)) {
    const own = (context.site.supply?.areas ?? []).join(', ') || 'none';
    return refused('notAddressed', `it is for ${areaKeyOf(command.area)}; this gateway is in ${own}`);
  }
  if (context.memory.answered.some((one) => one.sha256 === sha256)) return { kind: 'repeated' };
  if (
    command.kind === 'notice' &&
    findAnswered(command.noticeId, command.issuer, context.memory) !== undefined
  ) {
    return refused(
      'idReused',
      `${command.noticeId} came before with other content; give each notice its own id`,
    );
  }
  const mark = context.memory.highWaterMarks[markKeyOf(command)] ?? 0;
  if (command.sequence <= mark) {
    return refused(
      'lowerSequence',
      `sequence ${command.sequence} is not above ${mark}, the last one of ${command.issuer} for ${areaKeyOf(command.area)}`,
    );
  }
  return command.kind === 'cancel' ? admitCancel(command, context) : admitNotice(command, sha256, context);
}

/** The high-water mark that a command counts against. */
export function markKeyOf({ issuer, area }: Pick<RestrictionCommand, 'issuer' | 'area'>): string {
  return `${issuer} ${areaKeyOf(area)}`;
}

/** Whether a notice names, rightly, another one that is held here. */
export function supersededBy(notice: RestrictionNotice, held: readonly HeldNotice[]): HeldNotice | undefined {
  return notice.supersedes === undefined ? undefined : findHeld(notice.supersedes, notice.issuer, held);
}

/** The name of an area in receipts and marks. Commands to lists of gateways share one series. */
function areaKeyOf(area: Area): string {
  return area.kind === 'gateways' ? 'gateways' : `${area.kind}:${area.areaId}`;
}

function isAddressed(area: Area, { site, gatewayId }: AdmissionContext): boolean {
  if (area.kind === 'gateways') return area.gatewayIds.includes(gatewayId);
  return site.supply?.areas.includes(area.areaId) === true;
}

function findAnswered(noticeId: string, issuer: string, { answered }: RestrictionMemory) {
  return answered.find((one) => one.kind === 'notice' && one.noticeId === noticeId && one.issuer === issuer);
}

/** Of a record that was restored nobody knows what was taken back since; what only narrows is taken all the same. */
function isFromBefore(
  { issuedAtUtcMs }: RestrictionCommand,
  { releasesSinceUtcMs = Number.NEGATIVE_INFINITY }: AdmissionContext,
): boolean {
  return issuedAtUtcMs < releasesSinceUtcMs;
}

function admitCancel(cancel: RestrictionCancel, context: AdmissionContext): Admission {
  const { cancels, issuer, issuedAtUtcMs } = cancel;
  const { memory } = context;
  if (isFromBefore(cancel, context)) {
    return refused(
      'beforeRestore',
      `it was issued at ${iso(issuedAtUtcMs)}, before this gateway was restored from a backup; sign it anew`,
    );
  }
  if (findAnswered(cancels.noticeId, issuer, memory)?.outcome !== 'taken') {
    return refused('undefinedNotice', `${cancels.noticeId} was not taken here`);
  }
  const named = memory.held.find(
    ({ notice }) => notice.noticeId === cancels.noticeId && notice.issuer === issuer,
  );
  if (named === undefined || named.ended !== undefined) {
    return refused('alreadyOver', `${cancels.noticeId} is over`);
  }
  if (named.sha256 !== cancels.sha256) {
    return refused(
      'wrongState',
      `${cancels.noticeId} has the hash ${named.sha256} here; a release needs that proof`,
    );
  }
  return { kind: 'cancels', noticeId: cancels.noticeId };
}

function findHeld(
  reference: NoticeReference,
  issuer: string,
  held: readonly HeldNotice[],
): HeldNotice | undefined {
  return held.find(
    ({ notice, sha256, ended }) =>
      ended === undefined &&
      notice.noticeId === reference.noticeId &&
      notice.issuer === issuer &&
      sha256 === reference.sha256,
  );
}

function admitNotice(notice: RestrictionNotice, sha256: string, context: AdmissionContext): Admission {
  const { now, site, memory } = context;
  const timed = timesOf(notice, now);
  if ('code' in timed) return timed;
  const unwilling = consentRefusal(context);
  if (unwilling !== undefined) return unwilling;
  const { restriction } = site;
  if (restriction === undefined) return refused('noConsent', 'the site plan names no text of consent');
  const { untilMs, adjustments } = capped(timed, restrictedTimes(memory), restriction);
  if (untilMs <= timed.fromMs) {
    const hours = restriction.longestInDayMs / 3_600_000;
    return refused('overCap', `the ${hours} h in 24 hours that the household agreed to are used up`);
  }
  const { ceilings, flooredLoadIds } = measureAt(site, notice.measure);
  if (ceilings.length === 0) {
    const kept = flooredLoadIds.join(', ');
    return refused('floor', kept === '' ? 'there is no such load here' : `kept for essential needs: ${kept}`);
  }
  const floored: readonly Adjustment[] =
    flooredLoadIds.length === 0 ? [] : [{ kind: 'floored', loadIds: flooredLoadIds }];
  return {
    kind: 'taken',
    held: {
      notice: isFromBefore(notice, context) ? withoutSuperseding(notice) : notice,
      sha256,
      receivedAtMs: now.runningMs,
      startsAtMs: timed.fromMs,
      endsAtMs: untilMs,
      adjustments: [...adjustments, ...floored],
      hoursTold: 0,
      during: NO_POWER,
      after: NO_POWER,
      excursions: 0,
    },
  };
}

/** It holds beside what it would have ended. */
function withoutSuperseding({ supersedes: _, ...notice }: RestrictionNotice): RestrictionNotice {
  return notice;
}

/** All time in which this home was, is or will be restricted; a rehearsal restricts nothing. */
export function restrictedTimes({ held, used }: RestrictionMemory): readonly Stretch[] {
  const live = held
    .filter(({ notice, ended }) => ended === undefined && !notice.isRehearsal)
    .map(({ startsAtMs, endsAtMs }) => ({ fromMs: startsAtMs, untilMs: endsAtMs }));
  return [...used, ...live];
}

/** Beginning and end on the running clock. What has passed of a notice is not made up for. */
function timesOf(notice: RestrictionNotice, now: Now): Stretch | Refused {
  const { startsAtUtcMs, durationMs, expiresAtUtcMs, issuedAtUtcMs } = notice;
  const isSynced = now.clockLevel === 'synced';
  // A clock that was set once can only be late: what is over by it is over.
  if (now.clockLevel !== 'none' && now.utcMs >= expiresAtUtcMs) {
    return refused('expired', `it was to be received before ${iso(expiresAtUtcMs)}; it is ${iso(now.utcMs)}`);
  }
  if (isSynced && issuedAtUtcMs - now.utcMs > CLOCK_TOLERANCE_MS) {
    return refused('tooFarAhead', `it was issued at ${iso(issuedAtUtcMs)}; it is ${iso(now.utcMs)}`);
  }
  if (startsAtUtcMs === undefined) {
    return { fromMs: now.runningMs, untilMs: now.runningMs + durationMs };
  }
  if (now.clockLevel !== 'none' && now.utcMs >= startsAtUtcMs + durationMs) {
    return refused('expired', `it ended at ${iso(startsAtUtcMs + durationMs)}; it is ${iso(now.utcMs)}`);
  }
  if (!isSynced) {
    return refused('clockUntrusted', `it begins at ${iso(startsAtUtcMs)}; send it to begin on receipt`);
  }
  const delayMs = startsAtUtcMs - now.utcMs;
  if (delayMs > MOST_AHEAD_MS) {
    return refused('tooFarAhead', `it begins at ${iso(startsAtUtcMs)}, more than 24 hours ahead`);
  }
  return { fromMs: now.runningMs + Math.max(0, delayMs), untilMs: now.runningMs + delayMs + durationMs };
}

function consentRefusal({ ledger, texts, now }: AdmissionContext): Refused | undefined {
  const state = consentStateOf(ledger, 'dnoRestriction', texts, now.utcMs);
  switch (state.kind) {
    case 'given':
      return undefined;
    case 'never':
    case 'refused':
      return refused('noConsent', 'no agreement to restrictions is on record here');
    case 'unconfirmed':
      return refused(
        'noConsent',
        'the record was restored from a backup; the agreement has to be given anew',
      );
    case 'withdrawn':
      return refused('consentWithdrawn', `withdrawn at ${iso(state.entry.atUtcMs)}`);
    case 'expired':
      return refused('consentOutdated', `agreed only until ${iso(state.entry.expiresAtUtcMs ?? now.utcMs)}`);
    case 'superseded': {
      const { textVersion } = state.entry;
      return refused(
        'consentOutdated',
        `agreed to ${textVersion}; ${texts.dnoRestriction?.version} applies now`,
      );
    }
  }
}

function refused(code: RefusalCode, cause: string): Refused {
  return { kind: 'refused', code, cause };
}

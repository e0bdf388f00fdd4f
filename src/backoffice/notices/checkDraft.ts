import { type Draft, draftSchema, type Problem } from '../../contract/desk.ts';
import type { UtcMs } from '../../domain/instant.ts';
import { distributorName } from '../../domain/mpan.ts';
import type { GatewayRecord } from '../registry/rules.ts';
import { areaKeyOf, areaText, isLooser } from './measure.ts';
import { type NoticeRecord, stateOf } from './record.ts';

/** Gateways take no beginning that lies further ahead. */
const MOST_AHEAD_MS = 86_400_000;
const DAY_MS = 86_400_000;
/** A beginning may lie this far back: the time that it takes to draft and to authorise. */
const START_TOLERANCE_MS = 60_000;
/** Fewer letters cannot say how it was established. */
const LEAST_ESTABLISHED = 20;
const LEAST_REASON = 10;

export interface DraftContext {
  readonly nowUtcMs: UtcMs;
  /** That this desk can sign for. */
  readonly distributors: readonly string[];
  /** Longest that households agreed to, at once and in any 24 hours. */
  readonly caps: { readonly longestSeconds: number; readonly longestInDaySeconds: number };
  /** Gateways of the area. */
  readonly members: readonly GatewayRecord[];
  /** Not discarded; with how many gateways still have them in force. */
  readonly notices: readonly { readonly notice: NoticeRecord; readonly active: number }[];
}

export interface DraftFindings {
  /** Any of them hinders. */
  readonly problems: readonly Problem[];
  /** To think about. */
  readonly warnings: readonly Problem[];
}

export type DraftReading =
  | { readonly ok: true; readonly draft: Draft }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** The draft by its schema, which is that of the notice itself. */
export function readDraft(value: unknown): DraftReading {
  const parsed = draftSchema.safeParse(value);
  if (parsed.success) return { ok: true, draft: parsed.data };
  return { ok: false, problems: problemsOf(parsed.error.issues) };
}

interface Issue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
}

/** Issues of a schema as problems at the fields of what was sent. */
export function problemsOf(issues: readonly Issue[]): readonly Problem[] {
  return issues.flatMap(({ code, path, message, keys }) => {
    if (code === 'unrecognized_keys') {
      const found = keys ?? [];
      return found.map((key) => ({
        path: [...path, key].join('.'),
        sentence: `There is no such field: ${key}.`,
      }));
    }
    return [{ path: path.join('.'), sentence: sentenceOf(message) }];
  });
}

function sentenceOf(message: string): string {
  const plain = message.replace(/^Invalid input: /, '').replace(/, received undefined$/, '; it is missing');
  return `${plain.charAt(0).toUpperCase()}${plain.slice(1)}${plain.endsWith('.') ? '' : '.'}`;
}

/** All that the rules of the desk find in a draft whose shape is right. */
export function checkDraft(draft: Draft, context: DraftContext): DraftFindings {
  const others = overlapping(draft, context);
  return {
    problems: [
      ...checkIssuer(draft, context),
      ...checkTimes(draft, context),
      ...checkDay(draft, context),
      ...checkBasis(draft, context.nowUtcMs),
      ...checkSupersession(draft, context),
      ...checkLooser(draft, others),
    ],
    warnings: [...warnOfMembers(draft, context), ...warnOfMeasure(draft), ...warnOfOthers(draft, others)],
  };
}

function checkIssuer({ issuer, area }: Draft, { distributors, members }: DraftContext): readonly Problem[] {
  if (!distributors.includes(issuer)) {
    return [{ path: 'issuer', sentence: `This desk holds no signing key of ${distributorName(issuer)}.` }];
  }
  if (members.length === 0) {
    return [{ path: 'area', sentence: `No gateway of ${areaText(area)} is registered here.` }];
  }
  const foreign = members.filter(({ distributor }) => distributor !== issuer);
  if (foreign.length > 0) {
    const sentence = `${foreign.length} of ${members.length} gateways there belong to another distributor, the first is ${foreign[0]?.gatewayId}.`;
    return [{ path: 'area', sentence }];
  }
  const known = new Set(members.map(({ gatewayId }) => gatewayId));
  const unknown =
    area.kind === 'gateways' ? area.gatewayIds.filter((gatewayId) => !known.has(gatewayId)) : [];
  return unknown.length === 0
    ? []
    : [{ path: 'area.gatewayIds', sentence: `Not registered here: ${unknown.slice(0, 5).join(', ')}.` }];
}

function checkTimes({ startsAt, durationSeconds }: Draft, context: DraftContext): readonly Problem[] {
  const { nowUtcMs, caps } = context;
  const problems: Problem[] = [];
  if (durationSeconds > caps.longestSeconds) {
    const sentence = `Households agreed to at most ${minutes(caps.longestSeconds)} at once; this is ${minutes(durationSeconds)}.`;
    problems.push({ path: 'durationSeconds', sentence });
  }
  if (startsAt === undefined) return problems;
  const startsAtUtcMs = Date.parse(startsAt);
  if (startsAtUtcMs < nowUtcMs - START_TOLERANCE_MS) {
    problems.push({ path: 'startsAt', sentence: 'This has passed; leave it out to begin on receipt.' });
  }
  if (startsAtUtcMs > nowUtcMs + MOST_AHEAD_MS) {
    problems.push({ path: 'startsAt', sentence: 'Gateways take a beginning at most 24 hours ahead.' });
  }
  return problems;
}

/** What was used in the area in the 24 hours before this one would end. A rehearsal uses up nothing. */
function checkDay(draft: Draft, { notices, caps, nowUtcMs }: DraftContext): readonly Problem[] {
  if (draft.rehearsal) return [];
  const startsAtUtcMs = draft.startsAt === undefined ? nowUtcMs : Date.parse(draft.startsAt);
  const fromUtcMs = startsAtUtcMs + draft.durationSeconds * 1_000 - DAY_MS;
  const usedMs = notices
    .filter(({ notice }) => notice.noticeId !== draft.supersedes && isSameArea(notice, draft))
    .reduce((total, { notice }) => total + usedAfter(notice, fromUtcMs), 0);
  const seconds = Math.round(usedMs / 1_000) + draft.durationSeconds;
  if (usedMs === 0 || seconds <= caps.longestInDaySeconds) return [];
  const sentence = `Households agreed to at most ${minutes(caps.longestInDaySeconds)} in 24 hours; with what was used already this makes ${minutes(seconds)}.`;
  return [{ path: 'durationSeconds', sentence }];
}

function usedAfter({ draft, sent, cancel }: NoticeRecord, fromUtcMs: UtcMs): number {
  if (sent === undefined || draft.rehearsal) return 0;
  const untilUtcMs = Math.min(sent.endsAtUtcMs, cancel?.publishedAtUtcMs ?? Number.POSITIVE_INFINITY);
  return Math.max(0, untilUtcMs - Math.max(fromUtcMs, sent.startsAtUtcMs));
}

function isSameArea({ draft }: NoticeRecord, other: Draft): boolean {
  return draft.issuer === other.issuer && areaKeyOf(draft.area) === areaKeyOf(other.area);
}

/** Last resort, after bought flexibility failed, and everybody told before (DCP 371). */
function checkBasis({ basis, reason }: Draft, nowUtcMs: UtcMs): readonly Problem[] {
  const problems: Problem[] = [];
  const blank = (path: string, text: string, least: number, what: string): void => {
    if (text.trim().length < least) problems.push({ path, sentence: what });
  };
  blank('reason', reason, LEAST_REASON, 'Say why in words that a household can read.');
  blank(
    'basis.flexibilityService',
    basis.flexibilityService,
    3,
    'Name the service that should have prevented it.',
  );
  blank(
    'basis.established',
    basis.established,
    LEAST_ESTABLISHED,
    'Say how it was established, and by whom.',
  );
  for (const [field, who] of [
    ['customersToldAt', 'customers'],
    ['suppliersToldAt', 'suppliers'],
  ] as const) {
    if (Date.parse(basis[field]) > nowUtcMs) {
      problems.push({
        path: `basis.${field}`,
        sentence: `The ${who} have to be told before; this lies ahead.`,
      });
    }
  }
  return problems;
}

function checkSupersession(draft: Draft, { notices, nowUtcMs }: DraftContext): readonly Problem[] {
  if (draft.supersedes === undefined) return [];
  const found = notices.find(({ notice }) => notice.noticeId === draft.supersedes);
  const refused = (sentence: string): readonly Problem[] => [{ path: 'supersedes', sentence }];
  if (found === undefined) return refused('There is no such notice.');
  const state = stateOf(found.notice, found.active, nowUtcMs);
  if (found.notice.sent === undefined) return refused('It was not sent; discard it instead.');
  if (state === 'over') return refused('It is over; leave this out.');
  if (!isSameArea(found.notice, draft)) return refused('It is for another area or by another distributor.');
  if (found.notice.draft.rehearsal !== draft.rehearsal) {
    return refused('A rehearsal and a notice in earnest cannot take the place of each other.');
  }
  return [];
}

/** Notices of the same area that are not over when this one would run; the one that it supersedes is left out. */
function overlapping(draft: Draft, { notices, nowUtcMs }: DraftContext): readonly NoticeRecord[] {
  const fromUtcMs = draft.startsAt === undefined ? nowUtcMs : Date.parse(draft.startsAt);
  const untilUtcMs = fromUtcMs + draft.durationSeconds * 1_000;
  return notices
    .filter(({ notice, active }) => {
      if (notice.noticeId === draft.supersedes || !isSameArea(notice, draft)) return false;
      if (notice.draft.rehearsal !== draft.rehearsal || notice.sent === undefined) return false;
      const { startsAtUtcMs, endsAtUtcMs } = notice.sent;
      return (
        stateOf(notice, active, nowUtcMs) !== 'over' && startsAtUtcMs < untilUtcMs && endsAtUtcMs > fromUtcMs
      );
    })
    .map(({ notice }) => notice);
}

/** One looser notice behind a tighter one is a staged return; a second one is a mistake. */
function checkLooser(draft: Draft, others: readonly NoticeRecord[]): readonly Problem[] {
  const isBehind = (measure: Draft['measure']): boolean =>
    others.some((other) => isLooser(measure, other.draft.measure));
  const behind = others.find((other) => isBehind(other.draft.measure));
  if (behind === undefined || !isBehind(draft.measure)) return [];
  const sentence = `Notice ${behind.noticeId} stands behind a tighter one already; supersede it, or wait until it is over.`;
  return [{ path: 'measure', sentence }];
}

function warnOfOthers(draft: Draft, others: readonly NoticeRecord[]): readonly Problem[] {
  return others
    .filter((other) => isLooser(draft.measure, other.draft.measure))
    .map(({ noticeId }) => ({
      path: 'measure',
      sentence: `While ${noticeId} holds, this one changes nothing: the tighter measure counts. To loosen, supersede ${noticeId}.`,
    }));
}

function warnOfMembers({ area }: Draft, { members }: DraftContext): readonly Problem[] {
  const consenting = members.filter(({ consent }) => consent === 'given').length;
  if (members.length === 0 || consenting > 0) return [];
  return [{ path: 'area', sentence: `No home of ${areaText(area)} has agreed: every gateway will refuse.` }];
}

function warnOfMeasure({ measure }: Draft): readonly Problem[] {
  if (measure.kind !== 'importCeiling' || measure.ceiling > 0 || (measure.floor ?? 0) > 0) return [];
  return [{ path: 'measure.ceiling', sentence: 'At 0 nothing that can be moved is left on; give a floor.' }];
}

function minutes(seconds: number): string {
  return `${Math.round(seconds / 60)} minutes`;
}

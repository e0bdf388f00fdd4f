import type { OfgemReport } from '../../contract/desk.ts';
import { iso, type UtcMs } from '../../domain/instant.ts';
import { distributorName } from '../../domain/mpan.ts';
import { areaText, measureText } from '../notices/measure.ts';
import type { NoticeRecord, SentNotice } from '../notices/record.ts';
import type { TargetRow } from '../notices/store.ts';

/** All that a report is made of. */
export interface ReportFacts {
  readonly notice: NoticeRecord & { readonly sent: SentNotice };
  /** By gateway id. */
  readonly rows: readonly TargetRow[];
  readonly isFinal: boolean;
  readonly nowUtcMs: UtcMs;
}

const CAUSES: Readonly<Record<string, string>> = {
  flexibilityFailed: 'the flexibility that had been bought did not deliver',
  flexibilityAbsent: 'no flexibility could be bought',
  overloadImminent: 'an overload was imminent',
  other: 'another cause',
};

type Head = Omit<
  OfgemReport,
  | 'schema'
  | 'asked'
  | 'consenting'
  | 'reached'
  | 'obeyed'
  | 'refused'
  | 'unanswered'
  | 'withdrawn'
  | 'trimmed'
  | 'floored'
  | 'forecastW'
  | 'reliefW'
  | 'energyWh'
  | 'measured'
>;

/** What stands at the head of each report. */
export function headOf({ notice, isFinal, nowUtcMs }: ReportFacts, notes: readonly string[]): Head {
  const { draft, sent, drafted, authorised, cancel } = notice;
  const { flexibilityService, cause, established, customersToldAt, suppliersToldAt } = draft.basis;
  const endedAtUtcMs = Math.min(sent.endsAtUtcMs, cancel?.publishedAtUtcMs ?? Number.POSITIVE_INFINITY);
  return {
    noticeId: notice.noticeId,
    madeAt: iso(nowUtcMs),
    isFinal,
    isRehearsal: draft.rehearsal,
    issuer: { id: draft.issuer, name: distributorName(draft.issuer) },
    area: areaText(draft.area),
    measure: measureText(draft.measure),
    reason: draft.reason,
    sentAt: iso(sent.atUtcMs),
    startsAt: iso(sent.startsAtUtcMs),
    endsAt: iso(endedAtUtcMs),
    basis: {
      text: `Last resort: ${CAUSES[cause] ?? cause}. Service: ${flexibilityService}. ${established}`,
      flexibilityService,
      cause,
      established,
      customersToldAt,
      suppliersToldAt,
    },
    draftedAt: iso(drafted.atUtcMs),
    authorisedAt: authorised === undefined ? '' : iso(authorised.atUtcMs),
    evidence: sent.sha256,
    notes: [
      ...(isFinal ? [] : ['The notice is not over: figures may still grow.']),
      ...(draft.rehearsal ? ['This was a rehearsal: no load was moved.'] : []),
      ...(cancel?.publishedAtUtcMs === undefined ? [] : [`It was ended early: ${cancel.reason}`]),
      ...notes,
    ],
  };
}

export function total(values: readonly (number | undefined)[]): number {
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
}

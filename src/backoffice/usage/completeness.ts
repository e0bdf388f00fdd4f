import {
  type CompletenessPage,
  type CompletenessRow,
  type CompletenessState,
  completenessStates,
} from '../../contract/desk.ts';
import { iso } from '../../domain/instant.ts';
import { isGivenUp } from './asking.ts';
import { missing, type StreamStand } from './rules.ts';
import { count } from './runs.ts';

/** What is looked at in the list of all gateways. */
export interface CompletenessQuestion {
  readonly state?: CompletenessState;
  /** Part of the id. */
  readonly search?: string;
  readonly page: number;
  readonly pageSize: number;
}

/** One gateway over all of its streams. */
export function rowOf(
  gateway: Pick<CompletenessRow, 'gatewayId' | 'isReachable'>,
  stands: readonly StreamStand[],
): CompletenessRow {
  const sum = (figure: (stand: StreamStand) => number) =>
    stands.reduce((total, stand) => total + figure(stand), 0);
  const open = stands.filter(({ missingSinceUtcMs }) => missingSinceUtcMs !== undefined);
  const sinceUtcMs = Math.min(
    ...open.map(({ missingSinceUtcMs = Number.POSITIVE_INFINITY }) => missingSinceUtcMs),
  );
  const manifestAt = stands.flatMap(({ vouchedAt }) => vouchedAt ?? []).reduce(laterOf, '');
  return {
    ...gateway,
    state: stateOf(stands, open),
    received: sum(({ counts }) => counts.received),
    missing: open.reduce((total, stand) => total + count(missing(stand)), 0),
    lost: sum(({ counts }) => counts.lost),
    gone: sum(({ counts }) => counts.gone),
    contradicted: sum(({ contradicted }) => contradicted),
    ...(open.length === 0 ? {} : { missingSince: iso(sinceUtcMs) }),
    ...(manifestAt === '' ? {} : { manifestAt }),
  };
}

function stateOf(stands: readonly StreamStand[], open: readonly StreamStand[]): CompletenessState {
  if (open.some(isGivenUp)) return 'givenUp';
  if (open.length > 0) return 'missing';
  if (stands.some(({ counts, contradicted }) => counts.gone > 0 || contradicted > 0)) return 'flawed';
  return stands.length === 0 ? 'silent' : 'whole';
}

function laterOf(one: string, other: string): string {
  return one > other ? one : other;
}

/** Those that are not whole first, in the order of the states, and of those where most is missing. */
export function pageOfCompleteness(
  all: readonly CompletenessRow[],
  { state, search = '', page, pageSize }: CompletenessQuestion,
): CompletenessPage {
  const place = (row: CompletenessRow) => completenessStates.indexOf(row.state);
  const found = all
    .filter((row) => (state === undefined || row.state === state) && row.gatewayId.includes(search))
    .toSorted(
      (one, other) =>
        place(one) - place(other) ||
        other.missing - one.missing ||
        (one.gatewayId < other.gatewayId ? -1 : 1),
    );
  const counts = { givenUp: 0, missing: 0, flawed: 0, silent: 0, whole: 0 };
  for (const row of all) counts[row.state] += 1;
  return {
    counts,
    missing: all.reduce((sum, row) => sum + row.missing, 0),
    total: found.length,
    page,
    pageSize,
    rows: found.slice((page - 1) * pageSize, page * pageSize),
  };
}

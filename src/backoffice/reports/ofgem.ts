import type { OfgemReport } from '../../contract/desk.ts';
import { countRows } from '../notices/board.ts';
import { energyOfRow, reliefOfRow } from '../notices/effect.ts';
import { hasObeyed } from '../notices/progress.ts';
import { headOf, type ReportFacts, total } from './facts.ts';

/** Fewer homes than this might be known to somebody. */
const LEAST_SHOWN = 5;

type Count = OfgemReport['asked'];
type Quantity = OfgemReport['reliefW'];

/** Sums over the area, without a row for any home; numbers of one to four homes are left out, and what would give them away. */
export function ofgemReport(facts: ReportFacts): OfgemReport {
  const { rows, notice } = facts;
  const counts = countRows(rows);
  const obeyed = rows.filter(({ progress }) => hasObeyed(progress));
  const reliefs = obeyed.flatMap((row) => reliefOfRow(notice, row)?.reliefW ?? []);
  // Each home is in one of them, so that a single one that is left out could be worked out from the others.
  const others = counts.asked - obeyed.length - counts.stages.refused - counts.stages.asked;
  const parts = suppressParts([
    obeyed.length,
    counts.stages.asked,
    others,
    ...counts.refused.map(({ count }) => count),
  ]);
  const [ofObeyed = HIDDEN, unanswered = HIDDEN, , ...refused] = parts;
  const expecting = rows.filter(({ target }) => target.forecastW !== undefined).length;
  const energies = obeyed.flatMap((row) => energyOfRow(notice, row) ?? []);
  const quantity = (value: number, homes: number): Quantity => {
    // The sum of nothing known is not zero.
    if (homes === 0) return { isSuppressed: false };
    return isSmall(homes) ? HIDDEN : { value: Math.round(value), isSuppressed: false };
  };
  const head = headOf(facts, []);
  const report: OfgemReport = {
    schema: 'loadgate.ofgem-report/1',
    ...head,
    area: notice.draft.area.kind === 'gateways' ? 'a list of single homes' : head.area,
    asked: plain(counts.asked),
    consenting: within(counts.consenting, counts.asked),
    // Reached and unanswered make up the whole: where one is left out, the other is too.
    reached: unanswered.isSuppressed ? HIDDEN : within(counts.reached, counts.asked),
    obeyed: ofObeyed,
    refused: counts.refused.map(({ meaning }, index) => ({
      cause: meaning,
      count: refused[index] ?? HIDDEN,
    })),
    unanswered,
    withdrawn: plain(counts.ended.withdrawn),
    trimmed: plain(counts.trimmed),
    floored: plain(counts.floored),
    forecastW: quantity(total(rows.map(({ target }) => target.forecastW)), expecting),
    reliefW: quantity(total(reliefs), reliefs.length),
    energyWh: quantity(total(energies), energies.length),
    measured: plain(reliefs.length),
  };
  const isAnyHidden = JSON.stringify(report).includes('"isSuppressed":true');
  const note = `Numbers below ${LEAST_SHOWN} are left out, and others from which they could be worked out, so that no home can be told.`;
  return isAnyHidden ? { ...report, notes: [...report.notes, note] } : report;
}

const HIDDEN: Count = { isSuppressed: true };

function isSmall(count: number): boolean {
  return count > 0 && count < LEAST_SHOWN;
}

function plain(value: number): Count {
  return isSmall(value) ? HIDDEN : { value, isSuppressed: false };
}

/** A part of a whole that is shown: the rest must not be small either. */
function within(value: number, whole: number): Count {
  return isSmall(whole - value) ? HIDDEN : plain(value);
}

/** Parts that add up to a known whole: with only one left out, the smallest other one is left out as well. */
export function suppressParts(parts: readonly number[]): readonly Count[] {
  const hidden = new Set(parts.flatMap((value, index) => (isSmall(value) ? [index] : [])));
  if (hidden.size === 1) {
    const [next] = [...parts.entries()]
      .filter(([index, value]) => value > 0 && !hidden.has(index))
      .sort(([, one], [, other]) => one - other);
    if (next !== undefined) hidden.add(next[0]);
  }
  return parts.map((value, index) => (hidden.has(index) ? HIDDEN : { value, isSuppressed: false }));
}

import { type BoardCounts, STAGES, type Stage } from '../../contract/desk.ts';
import { REFUSALS } from '../../domain/restriction.ts';
import { hasAccepted, hasObeyed, isActive } from './progress.ts';
import type { TargetRow } from './store.ts';

/** Counts gateways by where they stand, one row more or less at a time. */
export class Tally {
  readonly #stages = Object.fromEntries(STAGES.map((stage) => [stage, 0])) as Record<Stage, number>;
  readonly #ended = { completed: 0, withdrawn: 0, cancelled: 0, superseded: 0 };
  readonly #codes = new Map<string, number>();
  readonly #sums = {
    asked: 0,
    consenting: 0,
    reached: 0,
    accepted: 0,
    obeyed: 0,
    active: 0,
    trimmed: 0,
    floored: 0,
  };

  get held(): number {
    return this.#stages.started + this.#stages.received;
  }

  /** @param by -1 for a row that is taken out */
  add({ target, progress }: TargetRow, by: 1 | -1): void {
    const sums = this.#sums;
    const count = (is: boolean): number => (is ? by : 0);
    sums.asked += by;
    sums.consenting += count(target.consent === 'given');
    sums.reached += count(progress.rank > 0);
    sums.accepted += count(hasAccepted(progress));
    sums.obeyed += count(hasObeyed(progress));
    sums.active += count(isActive(progress));
    sums.trimmed += count(progress.trimmedToSeconds !== undefined);
    sums.floored += count(progress.flooredLoads !== undefined);
    this.#stages[progress.stage] += by;
    if (progress.ended !== undefined) this.#ended[progress.ended.value] += by;
    if (progress.stage === 'refused') {
      const code = progress.refusal?.value.code ?? '';
      this.#codes.set(code, (this.#codes.get(code) ?? 0) + by);
    }
  }

  counts(): BoardCounts {
    const refused = [...this.#codes]
      .filter(([, count]) => count > 0)
      .map(([code, count]) => ({ code, meaning: meaningOf(code), count }))
      .sort((one, other) => other.count - one.count || (one.code < other.code ? -1 : 1));
    return { ...this.#sums, stages: { ...this.#stages }, ended: { ...this.#ended }, refused };
  }
}

/** A code of a gateway that is newer than this desk stays as it is. */
export function meaningOf(code: string): string {
  return code in REFUSALS ? REFUSALS[code as keyof typeof REFUSALS].meaning : `refused with the code ${code}`;
}

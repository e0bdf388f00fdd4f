import type { SupplierReport } from '../../contract/desk.ts';
import { iso } from '../../domain/instant.ts';
import { energyOfRow, reliefOfRow } from '../notices/effect.ts';
import { hasAccepted, hasObeyed, timeInForce } from '../notices/progress.ts';
import type { TargetRow } from '../notices/store.ts';
import { meaningOf } from '../notices/tally.ts';
import { headOf, type ReportFacts, total } from './facts.ts';

/** For one supplier: which of its supplies, by pseudonym, from when to when, and the energy that was not drawn. */
export function supplierReport(facts: ReportFacts, supplierId: string): SupplierReport {
  const own = facts.rows.filter(({ target }) => target.supplierId === supplierId);
  const obeyed = own.filter(({ progress }) => hasObeyed(progress));
  const unmeasured = obeyed.filter((row) => energyOfRow(facts.notice, row) === undefined).length;
  const note = `${unmeasured} of ${obeyed.length} supplies were not measured; their energy is not in the total.`;
  return {
    schema: 'loadgate.supplier-report/1',
    ...headOf(facts, unmeasured === 0 ? [] : [note]),
    supplierId,
    supplies: own.map((row) => supplyOf(facts, row)),
    totals: {
      supplies: own.length,
      obeyed: obeyed.length,
      refused: own.filter(({ progress }) => progress.stage === 'refused').length,
      unanswered: own.filter(({ progress }) => progress.rank === 0).length,
      energyWh: Math.round(total(obeyed.map((row) => energyOfRow(facts.notice, row)))),
      unmeasured,
    },
  };
}

function supplyOf({ notice, nowUtcMs }: ReportFacts, row: TargetRow): SupplierReport['supplies'][number] {
  const time = timeInForce(row.progress);
  const relief = reliefOfRow(notice, row);
  const energyWh = energyOfRow(notice, row);
  return {
    gatewayId: row.target.gatewayId,
    outcome: outcomeOf(row),
    ...(time === undefined
      ? {}
      : {
          startsAt: iso(time.fromUtcMs),
          ...(time.untilUtcMs === undefined ? {} : { endsAt: iso(time.untilUtcMs) }),
          seconds: Math.round(((time.untilUtcMs ?? nowUtcMs) - time.fromUtcMs) / 1_000),
        }),
    ...(relief === undefined ? {} : { reliefW: Math.round(relief.reliefW) }),
    ...(energyWh === undefined ? {} : { energyWh: Math.round(energyWh) }),
  };
}

const ENDS = {
  completed: 'in force to its end',
  withdrawn: 'ended by the household, which withdrew its agreement',
  cancelled: 'ended early by the distributor',
  superseded: 'replaced by another notice',
} as const;

/** What became of it at one home, in words. */
export function outcomeOf({ progress }: TargetRow): string {
  const { ended, refusal, stage } = progress;
  if (ended !== undefined) {
    return hasObeyed(progress) ? ENDS[ended.value] : `taken, but never in force: ${ENDS[ended.value]}`;
  }
  if (stage === 'refused') return `not taken: ${meaningOf(refusal?.value.code ?? '')}`;
  if (stage === 'started') return 'in force';
  return hasAccepted(progress) ? 'taken, not yet in force' : 'no answer';
}

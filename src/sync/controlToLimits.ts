import type { CurtailmentRequest, NoCurtailment } from '../contract/curtailment.ts';
import type { CurtailmentSchedule } from '../contract/curtailmentSchedule.ts';
import type { Now } from '../domain/instant.ts';
import type { Circuit } from '../domain/sitePlan.ts';
import { curtailmentToLimit } from './curtailmentToLimit.ts';
import { type ScheduleOutcome, scheduleToLimits } from './scheduleToLimits.ts';

/** What takes the slot of the controlling party. */
export type Control = CurtailmentRequest | CurtailmentSchedule | NoCurtailment;

/** All limits that the slot holds from now on; none where the party says that there is none. */
export function controlToLimits(control: Control, now: Now, circuits: readonly Circuit[]): ScheduleOutcome {
  switch (control.schema) {
    case 'loadgate.curtailment/1': {
      const outcome = curtailmentToLimit(control, now, circuits);
      return outcome.ok ? { ok: true, limits: [outcome.limit] } : outcome;
    }
    case 'loadgate.curtailment-schedule/1':
      return scheduleToLimits(control, now, circuits);
    case 'loadgate.no-curtailment/1':
      return { ok: true, limits: [] };
  }
}

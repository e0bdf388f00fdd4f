import type { DomainEvent } from '../domain/event.ts';
import type { Fault, FaultCode } from '../domain/faults.ts';
import type { RunningMs } from '../domain/instant.ts';
import type { Constraint } from './constraints.ts';
import type { DecisionInput } from './decision.ts';
import type { LoadView } from './loadView.ts';
import type { Excursion } from './memory.ts';
import type { MeterView } from './picture.ts';

interface FaultArguments {
  readonly known: readonly Fault[];
  readonly meters: ReadonlyMap<string, MeterView>;
  readonly loads: readonly LoadView[];
  readonly canRecord: boolean;
  readonly distrust: DecisionInput['distrust'];
  readonly nowMs: RunningMs;
}

/** Keeps the faults in force with the instant they began, and tells which came and went. */
export function observeFaults({ known, meters, loads, canRecord, distrust, nowMs }: FaultArguments): {
  readonly faults: readonly Fault[];
  readonly events: readonly DomainEvent[];
} {
  const seen = new Map<string, { code: FaultCode; subject: string }>();
  const add = (code: FaultCode, subject: string): void => {
    seen.set(`${code} ${subject}`, { code, subject });
  };
  for (const meter of meters.values()) {
    if (meter.state !== 'fresh') add(meter.fault, meter.subject);
  }
  for (const { fault, phaseFault, plan } of loads) {
    if (fault !== undefined) add(fault, plan.deviceId);
    if (phaseFault !== undefined) add(phaseFault, plan.deviceId);
  }
  if (distrust !== undefined) add(distrust.code, distrust.subject);
  if (!canRecord) add('store-failed', 'store');
  const events: DomainEvent[] = [];
  const faults: Fault[] = [];
  for (const fault of known) {
    const key = `${fault.code} ${fault.subject}`;
    if (seen.delete(key)) faults.push(fault);
    else {
      const { code, subject, sinceMs } = fault;
      events.push({ kind: 'faultCleared', code, subject, durationMs: nowMs - sinceMs });
    }
  }
  for (const { code, subject } of seen.values()) {
    faults.push({ code, subject, sinceMs: nowMs });
    events.push({ kind: 'faultRaised', code, subject });
  }
  return { faults: events.length === 0 ? known : faults, events };
}

/** Follows each flow above its ceiling from its start to its end. A meter that is lost leaves an excursion open. */
export function observeExcursions(
  known: readonly Excursion[],
  constraints: readonly Constraint[],
  nowMs: RunningMs,
): { readonly excursions: readonly Excursion[]; readonly events: readonly DomainEvent[] } {
  const events: DomainEvent[] = [];
  const open = new Map(known.map((excursion) => [keyOf(excursion), excursion]));
  for (const constraint of constraints) {
    const { phase, circuitId, direction, ceiling, flow } = constraint;
    if (phase === undefined) continue;
    const key = keyOf({ circuitId, direction, phase });
    const running = open.get(key);
    if (flow > ceiling) {
      if (running === undefined) {
        open.set(key, { circuitId, direction, phase, startedAtMs: nowMs, peakA: flow });
        events.push({
          kind: 'excursionStarted',
          circuitId,
          direction,
          phase,
          flowA: flow,
          ceilingA: ceiling,
        });
      } else if (flow > running.peakA) {
        open.set(key, { ...running, peakA: flow });
      }
    } else if (running !== undefined) {
      open.delete(key);
      const { startedAtMs, peakA } = running;
      events.push({
        kind: 'excursionEnded',
        circuitId,
        direction,
        phase,
        durationMs: nowMs - startedAtMs,
        peakA,
      });
    }
  }
  return { excursions: [...open.values()], events };
}

function keyOf({
  circuitId,
  direction,
  phase,
}: Pick<Excursion, 'circuitId' | 'direction' | 'phase'>): string {
  return `${circuitId} ${direction} ${phase}`;
}

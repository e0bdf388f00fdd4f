import type { TelemetryBody } from '../../contract/telemetry.ts';
import type { UtcMs } from '../../domain/instant.ts';
import type { LossDraft } from '../../ports/streams.ts';

/** An absence that goes on is told in parts of this length, so that a kill leaves little of it untold. */
const TELL_EVERY_MS = 3_600_000;

type Part = { readonly phases: readonly { readonly flow: { readonly state: string } }[] };

/** For how long nothing was known of a circuit or a load: its records came, but said nothing. */
export class AbsenceWatch {
  readonly #since = new Map<string, UtcMs>();

  /** @returns stretches that are over, or long */
  observe({ circuits, loads, intervalFrom, intervalUntil }: TelemetryBody): readonly LossDraft[] {
    const fromUtcMs = Date.parse(intervalFrom);
    const untilUtcMs = Date.parse(intervalUntil);
    const parts: (readonly [string, Part])[] = [
      ...circuits.map((circuit) => [circuit.circuitId, circuit] as const),
      ...loads.map((load) => [load.loadId, load] as const),
    ];
    return parts.flatMap(([subject, part]): LossDraft[] => {
      const isAbsent = part.phases.some(({ flow }) => flow.state === 'unknown');
      const sinceMs = this.#since.get(subject);
      if (isAbsent && sinceMs === undefined) this.#since.set(subject, fromUtcMs);
      if (sinceMs === undefined) return [];
      if (isAbsent && untilUtcMs - sinceMs < TELL_EVERY_MS) return [];
      if (isAbsent) this.#since.set(subject, untilUtcMs);
      else this.#since.delete(subject);
      const until = isAbsent ? untilUtcMs : fromUtcMs;
      return [{ stream: 'telemetry', cause: 'deviceAbsent', subject, fromUtcMs: sinceMs, untilUtcMs: until }];
    });
  }
}

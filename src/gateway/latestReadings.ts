import type { RunningMs } from '../domain/instant.ts';
import type { DeviceReadings, NumberPoint, Snapshot } from '../domain/point.ts';
import { unknown } from '../domain/reading.ts';
import type { SitePlan } from '../domain/sitePlan.ts';

/** The latest readings of every device. Immutable from outside: each change makes a new snapshot. */
export class LatestReadings {
  #snapshot: Snapshot;

  /** Until its first answer a meter is unknown since the start, so that the hold time runs from there. */
  constructor(site: SitePlan, nowMs: RunningMs) {
    this.#snapshot = Object.fromEntries(
      site.meters.map((meter) => {
        const terminals = Object.values(meter.phaseMap).map(
          (terminal): NumberPoint => `phaseCurrentA.${terminal}`,
        );
        return [
          meter.deviceId,
          Object.fromEntries(terminals.map((point) => [point, unknown('not-yet-read', nowMs)])),
        ];
      }),
    );
  }

  snapshot(): Snapshot {
    return this.#snapshot;
  }

  set(deviceId: string, readings: DeviceReadings): void {
    if (this.#snapshot[deviceId] === readings) return;
    this.#snapshot = { ...this.#snapshot, [deviceId]: readings };
  }
}

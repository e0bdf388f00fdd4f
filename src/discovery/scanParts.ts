import type { DeviceReadings } from '../domain/point.ts';
import type { Clock } from '../ports/clock.ts';
import type { ModbusLine } from '../ports/modbusLine.ts';
import type { Profile } from '../profiles/profile.ts';
import type { ScanEvent } from './findings.ts';
import type { OpenForReading } from './wire.ts';
import type { Workload } from './workload.ts';

/** What a scan works with. */
export interface ScanParts {
  readonly profiles: readonly Profile[];
  readonly clock: Clock;
  readonly openForReading: OpenForReading;
  /** Reads a few live values of a unit by a profile. */
  readonly readValues: (line: ModbusLine, unit: number, profile: Profile) => Promise<DeviceReadings>;
  readonly workload: Workload;
  readonly onEvent: (event: ScanEvent) => void;
  /** True once the person has had enough: no further request is made. */
  readonly isStopped: () => boolean;
}

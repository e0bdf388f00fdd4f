import type { DescribedModel, DescribedReading, DeviceContact, Devices } from '../contract/devices.ts';
import { FAULTS, type FaultCode } from '../domain/faults.ts';
import type { Now, RunningMs } from '../domain/instant.ts';
import type { DeviceReadings, PointValue, Snapshot } from '../domain/point.ts';
import type { Reading } from '../domain/reading.ts';
import { type DevicePlan, HAN_LOAD_SWITCH, type SitePlan } from '../domain/sitePlan.ts';
import type { DeviceReport } from '../ports/device.ts';
import { wireOf } from './describeBus.ts';

export interface DevicesFacts {
  readonly site: SitePlan;
  readonly now: Now;
  /** By the id of the profile. */
  readonly models: ReadonlyMap<string, DescribedModel>;
  readonly snapshot: Snapshot;
  /** Empty while no gateway runs. */
  readonly reports: readonly DeviceReport[];
  /** When a device has answered last, by its line; a device that is on none has its readings alone. */
  readonly lastAnswerOf?: (device: DevicePlan) => RunningMs | undefined;
}

/** A load-control switch on the home area network has no profile: its behaviour is that of the standard. */
const HAN_MODEL: DescribedModel = {
  maker: 'any',
  model: 'load-control switch on the home area network',
  kind: 'relay',
  isCommanded: true,
  confidence: 'vendor doc',
  watchdog: {
    fedBy: 'refreshedCommand',
    fallsTo: 'closed at the end of the load control event that was sent last',
    isSafe: false,
  },
  fallback: 'fixed',
};

/** Every device of the plan: its model, how it is doing, what it reads. */
export function describeDevices(facts: DevicesFacts): Devices {
  const { site, now, models, snapshot, reports, lastAnswerOf } = facts;
  return {
    schema: 'loadgate.devices/1',
    siteId: site.siteId,
    at: new Date(now.utcMs).toISOString(),
    runningMs: now.runningMs,
    devices: site.devices.flatMap((plan) => {
      const { deviceId, profile, unit } = plan;
      const model = profile === HAN_LOAD_SWITCH ? HAN_MODEL : models.get(profile);
      const readings = snapshot[deviceId] ?? {};
      const report = reports.find((candidate) => candidate.deviceId === deviceId);
      if (model === undefined) return [];
      const lastAnswerMs = lastAnswerOf?.(plan) ?? newestOf(readings);
      const contact = report === undefined ? {} : { contact: describeContact(report, lastAnswerMs) };
      const wire = wireOf(plan, site);
      return [{ deviceId, profile, model, wire, unit, ...contact, readings: describeReadings(readings) }];
    }),
  };
}

function newestOf(readings: DeviceReadings): RunningMs | undefined {
  const measuredAtMs = Object.values(readings).flatMap((reading) =>
    reading?.state === 'measured' ? [reading.measuredAtMs] : [],
  );
  return measuredAtMs.length === 0 ? undefined : Math.max(...measuredAtMs);
}

function describeContact(report: DeviceReport, lastAnswerMs: RunningMs | undefined): DeviceContact {
  const { contact, fault, unfit, remarks, contacts, fallback, drifts, writes } = report;
  return {
    state: contact,
    ...(fault === undefined ? {} : { fault: describeFault(fault) }),
    ...(unfit === undefined ? {} : { unfit }),
    ...(remarks === undefined ? {} : { remarks: [...remarks] }),
    beginnings: contacts,
    ...(lastAnswerMs === undefined ? {} : { lastAnswerMs }),
    fallback,
    drifts,
    writes: [...writes],
  };
}

export function describeReadings(readings: DeviceReadings): DescribedReading[] {
  return Object.entries(readings).flatMap(([point, reading]) =>
    reading === undefined ? [] : [describeReading(point, reading)],
  );
}

function describeReading(point: string, reading: Reading<PointValue>): DescribedReading {
  if (reading.state !== 'unknown') return { point, ...reading };
  return { point, state: 'unknown', fault: describeFault(reading.fault), sinceMs: reading.sinceMs };
}

function describeFault(code: FaultCode) {
  const { title, nextStep } = FAULTS[code];
  return { code, title, nextStep };
}

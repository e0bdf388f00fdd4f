import type { FaultCode } from '../domain/faults.ts';
import type { DeviceReadings, PointName } from '../domain/point.ts';
import { unknown } from '../domain/reading.ts';
import type { Clock } from '../ports/clock.ts';
import type { Device } from '../ports/device.ts';
import { compileProfile, type Profile } from '../profiles/profile.ts';
import { blocksOfPoint } from '../profiles/readPlan.ts';
import { wait } from './unitReader.ts';

/** Between two looks at the device; what is read then is the profile's matter. */
const POLL_EVERY_MS = 50;

/**
 * The profile with everything taken out that would be written by itself: preparation, fall-back settings, keep-alive.
 * For looking at a device that is not, or not now, in the care of this gateway.
 */
export function withoutWrites(profile: Profile): Profile {
  const { fallback: _fallback, keepAlive: _keepAlive, refreshEveryMs: _refreshed, ...data } = profile.data;
  return { ...profile, data: { ...data, prepare: [], writes: [], commands: {} } };
}

/** Beyond one read of every block: time until what was not answered is asked again. */
const ASK_AGAIN_MS = 700;

/**
 * The profile cut down to one pass over its blocks, so that the maker's pace is spent on every value once.
 * @param mostMs the pass ends then, also when blocks are left
 * @param points only what these are made of; everything when left out
 */
export function toReadOnce(profile: Profile, mostMs: number, points?: readonly PointName[]): Profile {
  const { data, plan } = profile;
  const wanted = points && new Set(points.flatMap((point) => blocksOfPoint(plan, point)));
  const blocks = Object.entries(data.blocks).filter((_, index) => wanted?.has(index) ?? true);
  const cadenceMs = Math.min(mostMs, blocks.length * data.timing.readSpacingMs * 1.2 + ASK_AGAIN_MS);
  const kept = Object.entries(data.points).filter(
    ([name]) => points === undefined || (points as readonly string[]).includes(name),
  );
  return compileProfile(profile.id, {
    ...data,
    blocks: Object.fromEntries(blocks.map(([name, block]) => [name, { ...block, cadenceMs }])),
    points: Object.fromEntries(kept),
  });
}

export interface ReadingTask {
  readonly clock: Clock;
  readonly mostMs: number;
  readonly isStopped: () => boolean;
}

/** Polls a device until every point is known, or cannot be had, or the time is up. */
export async function readUntilKnown(device: Device, task: ReadingTask): Promise<DeviceReadings> {
  const { clock, mostMs, isStopped } = task;
  const untilMs = clock.runningMs() + mostMs;
  for (;;) {
    const readings = await device.poll();
    const { contact, fault } = device.report();
    const isKnown = Object.values(readings).every(isSettled);
    if (isKnown || contact === 'lost' || isStopped() || clock.runningMs() >= untilMs)
      return fault === undefined ? readings : blame(readings, fault);
    await wait(clock, POLL_EVERY_MS);
  }
}

/** What was never read because the device keeps silent is unknown for just that reason. */
function blame(readings: DeviceReadings, fault: FaultCode): DeviceReadings {
  return Object.fromEntries(
    Object.entries(readings).map(([point, reading]) => [
      point,
      reading?.state === 'unknown' && reading.fault === 'not-yet-read'
        ? unknown(fault, reading.sinceMs)
        : reading,
    ]),
  );
}

/** Known, or unknown for a reason that another poll will not change; silence may still end. */
function isSettled(reading: DeviceReadings[PointName]): boolean {
  if (reading?.state !== 'unknown') return true;
  const { fault } = reading;
  return fault === 'device-exception' || fault === 'reading-implausible' || fault === 'device-unfit';
}

/** What tells a person soonest whether this is the right device. */
const TELLING: readonly RegExp[] = [
  /^chargingState$/,
  /^relayClosed/,
  /^inputActive/,
  /^totalPowerW$/,
  /^phaseVoltageV/,
  /^phaseCurrentA/,
  /^phasePowerW/,
  /^setpointA$/,
  /^ratedPowerW$/,
  /^(importEnergyWh|totalEnergyWh)$/,
];

/** A few of the measured points, the telling ones first. */
export function chooseTelling(readings: DeviceReadings, most: number): DeviceReadings {
  const rank = (name: string): number => {
    const place = TELLING.findIndex((pattern) => pattern.test(name));
    return place === -1 ? TELLING.length : place;
  };
  const measured = Object.entries(readings).filter(([, reading]) => reading?.state === 'measured');
  const chosen = measured.toSorted(([one], [other]) => rank(one) - rank(other)).slice(0, most);
  return Object.fromEntries(chosen);
}

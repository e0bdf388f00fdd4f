import { type HomeSpec, parseHomeSpec } from '../../../firmware-sim/homeSpec.ts';
import type { Endpoint } from '../../../firmware-sim/wires/houseOnWires.ts';
import type { SitePlan } from '../../../src/domain/sitePlan.ts';
import { mpanOf } from '../../fleet/mpan.ts';

/** Feeders of Great Britain have about 36 homes (DCP 371). */
export const FEEDER_HOMES = 36;
export const DISTRIBUTOR = '12';
export const FEEDER = 'feeder-0036';
export const CONSENT_TEXT = 'restriction-1';

const KEEPS_AWAY_MS = 86_400_000;
/** A quiet morning of the recording; each home stands at another day of it, so that no two draw alike. */
const FIRST_START_MS = Date.UTC(2006, 11, 17, 1, 40);
const CARS_A = [32, 32, 25, 16, 32, 20] as const;

/** How far apart two recordings of a home's days may lie. */
const RECORDED_DAYS = 25;

export function homeIdOf(index: number): string {
  return `feeder-home-${String(index + 1).padStart(2, '0')}`;
}

/** When of the recording a home begins. Homes that share a day are an hour apart. */
export function startOf(index: number): number {
  const day = index % RECORDED_DAYS;
  return FIRST_START_MS + day * KEEPS_AWAY_MS + Math.floor(index / RECORDED_DAYS) * 3_600_000;
}

/** Most that the car of a home takes. */
export function carCurrentA(index: number): number {
  return CARS_A[index % CARS_A.length] as number;
}

/** One phase, a meter and a KEBA P30, both on TCP, and a car that has arrived nearly empty. */
export function specOf(index: number): HomeSpec {
  return parseHomeSpec({
    title: `Home ${index + 1} of the feeder`,
    utcOffsetMinutes: 0,
    seed: 1_000 + index,
    householdShares: [{ kitchen: 1, laundry: 1, heaterAndCooling: 1, rest: 1 }],
    waterHeater: { phase: 'L1', ratedA: 13, tankKwh: 9, standingLossW: 0, draws: [] },
    generator: { phases: ['L1'], scale: 0 },
    lines: [],
    devices: [
      { deviceId: 'grid-meter', model: 'carlo-gavazzi-em24', unit: 1, circuit: 'cutOut', phase: 'L1' },
      {
        deviceId: 'charge-point',
        model: 'keba-p30',
        unit: 255,
        hardwareMaximumA: 32,
        phases: ['L1'],
        car: {
          batteryKwh: 64,
          initialSocPercent: 10 + (index % 5) * 10,
          phases: 1,
          maximumA: carCurrentA(index),
          dailyDriveKwh: 20,
          plugInAt: '17:00',
          plugOutAt: '16:59',
        },
      },
    ],
  });
}

/** What a plan file may leave out in part. */
type FilledIn = 'timing' | 'restriction' | 'consentTexts';

/** The site plan of a home, as its file has it. */
export function planFileOf(
  index: number,
  endpoints: Readonly<Record<string, Endpoint>>,
  areas: readonly string[],
): object {
  const connectionOf = (deviceId: string) => {
    const endpoint = endpoints[deviceId];
    if (endpoint?.kind !== 'tcp') throw new Error(`${homeIdOf(index)} has no ${deviceId} on TCP`);
    const { host, port, unit } = endpoint;
    return { unit, connection: { kind: 'tcp', host, port } as const };
  };
  const plan: Omit<SitePlan, FilledIn> & Readonly<Record<FilledIn, object>> = {
    siteId: homeIdOf(index),
    revision: 1,
    phases: ['L1'],
    nominalVoltageV: 230,
    lines: [],
    devices: [
      { deviceId: 'grid-meter', profile: 'carlo-gavazzi-em24', ...connectionOf('grid-meter') },
      { deviceId: 'charge-point', profile: 'keba-p30', ...connectionOf('charge-point') },
    ],
    meters: [{ meterId: 'grid', deviceId: 'grid-meter', phaseMap: { L1: 'L1' }, isInverted: false }],
    circuits: [{ circuitId: 'connection-point', ratingA: 100, derating: 0.9, meterId: 'grid' }],
    loads: [
      {
        kind: 'chargePoint',
        loadId: 'charge-point',
        deviceId: 'charge-point',
        circuitId: 'connection-point',
        priority: 1,
        phaseMap: { L1: 'L1' },
        ratingA: 32,
        minimumA: 6,
        floorA: 0,
        safeCurrentA: 0,
        fallbackCurrentA: 6,
        fallbackTimeoutMs: 30_000,
      },
    ],
    supply: { mpan: mpanOf(DISTRIBUTOR, index), areas },
    restriction: { consentText: CONSENT_TEXT, objection: 'Example Networks, 0800 000 000' },
    consentTexts: { chargingData: { version: 'charging-data-1' } },
    // A busy machine at a multiple of real time answers late for those who live in it.
    timing: { meterMaxAgeMs: 3_000, meterHoldMs: 4_000, loadMaxAgeMs: 20_000, confirmMs: 12_000 },
  };
  return plan;
}

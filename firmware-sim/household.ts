import { readFileSync } from 'node:fs';

const MINUTE_MS = 60_000;
const HALF_HOUR_MS = 30 * MINUTE_MS;
const SLOTS_PER_DAY = 48;

/** One recorded minute of the house, watts and vars as minute averages. */
export interface HouseholdMinute {
  readonly activeW: number;
  readonly reactiveVar: number;
  readonly voltageV: number;
  readonly kitchenW: number;
  readonly laundryW: number;
  readonly heaterAndCoolingW: number;
}

/**
 * The recorded house: load by the minute, sun by the half hour (sources and licences: data/README.md).
 * Any instant may be asked for; past its end the recording starts over.
 */
export interface Household {
  readonly firstAtMs: number;
  /** First instant after the recording. */
  readonly endAtMs: number;
  /** The minute is held, so that a step of the recording is a step of the house. */
  loadAt(atMs: number): HouseholdMinute;
  /** Recorded generation before any scaling, W, interpolated between the middles of the half hours. */
  sunPowerW(atMs: number): number;
}

let recorded: Household | undefined;

/** The recording in firmware-sim/data; read once per process. */
export function recordedHousehold(): Household {
  recorded ??= readHousehold(
    readFileSync(new URL('./data/uci_ihepc_1min.csv', import.meta.url), 'utf8'),
    readFileSync(new URL('./data/emhass_house_30min_2025-03.csv', import.meta.url), 'utf8'),
  );
  return recorded;
}

export function readHousehold(loadCsv: string, sunCsv: string): Household {
  const { firstAtMs, minutes } = readMinutes(loadCsv);
  const sun = readSun(sunCsv);
  const lengthMs = minutes.length * MINUTE_MS;
  const firstDayMs = Math.floor(firstAtMs / 86_400_000) * 86_400_000;
  return {
    firstAtMs,
    endAtMs: firstAtMs + lengthMs,
    loadAt(atMs) {
      const index = Math.floor(modulo(atMs - firstAtMs, lengthMs) / MINUTE_MS);
      return minutes[index] as HouseholdMinute;
    },
    sunPowerW(atMs) {
      const slot = modulo((atMs - firstDayMs) / HALF_HOUR_MS - 0.5, sun.length);
      const before = Math.floor(slot);
      const share = slot - before;
      return (sun[before] as number) * (1 - share) + (sun[(before + 1) % sun.length] as number) * share;
    },
  };
}

/** Minutes that the source lacks repeat the minute before them. */
function readMinutes(csv: string): { firstAtMs: number; minutes: HouseholdMinute[] } {
  const minutes: HouseholdMinute[] = [];
  let firstAtMs = Number.NaN;
  for (const [lineNumber, fields] of rows(csv)) {
    const atMs = Date.parse(fields[0] ?? '');
    const [kilowatts, kilovars, voltageV, , kitchenWh, laundryWh, heaterWh] = fields.slice(1).map(Number);
    if (Number.isNaN(atMs) || fields.length !== 8 || fields.slice(1).some((field) => Number.isNaN(+field))) {
      throw new Error(
        `household recording, line ${lineNumber}: expected 8 columns with an instant and numbers`,
      );
    }
    if (minutes.length === 0) firstAtMs = atMs;
    const minute: HouseholdMinute = {
      activeW: (kilowatts as number) * 1000,
      reactiveVar: (kilovars as number) * 1000,
      voltageV: voltageV as number,
      kitchenW: (kitchenWh as number) * 60,
      laundryW: (laundryWh as number) * 60,
      heaterAndCoolingW: (heaterWh as number) * 60,
    };
    const index = Math.round((atMs - firstAtMs) / MINUTE_MS);
    while (minutes.length < index) minutes.push(minutes.at(-1) as HouseholdMinute);
    minutes.push(minute);
  }
  if (minutes.length === 0) throw new Error('household recording: expected at least one minute, found none');
  return { firstAtMs, minutes };
}

/** Whole days of half hours. A blank between two samples is bridged; every other blank is night. */
function readSun(csv: string): number[] {
  const samples = [...rows(csv)].map(([, fields]) => (fields[2] ? Number(fields[2]) : undefined));
  const wholeDays = Math.floor(samples.length / SLOTS_PER_DAY) * SLOTS_PER_DAY;
  if (wholeDays === 0) throw new Error('sun recording: expected at least one whole day of half hours');
  return samples.slice(0, wholeDays).map((sample, index) => {
    if (sample !== undefined) return sample;
    const before = samples[index - 1];
    const after = samples[index + 1];
    return before !== undefined && after !== undefined ? (before + after) / 2 : 0;
  });
}

function* rows(csv: string): Generator<[lineNumber: number, fields: string[]]> {
  const lines = csv.split('\n');
  for (let index = 1; index < lines.length; index += 1) {
    const line = lines[index]?.trim();
    if (line) yield [index + 1, line.split(',')];
  }
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}

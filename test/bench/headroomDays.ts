import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HomeSpec } from '../../firmware-sim/homeSpec.ts';
import type { Household } from '../../firmware-sim/household.ts';

const SESSIONS = join(import.meta.dirname, '../../firmware-sim/data/trondheim_sessions_2019-12.csv');
/** The house was recorded thirteen winters before the cars; both have local time one hour ahead of UTC. */
const YEARS_BEFORE = 13;
const ZONE = '+01:00';
const MINUTE_MS = 60_000;
/** No session is followed longer. */
const LONGEST_MS = 10 * 3_600_000;

/** A recorded charging session, laid on the day of the recorded household that has the same date. */
export interface ChargingDay {
  readonly sessionId: string;
  readonly plugInAtMs: number;
  /** When the car leaves, or when the stretch that is followed ends. */
  readonly untilMs: number;
  /** What the car took from the mains in the recording. */
  readonly energyWh: number;
}

/** A stretch of a home under one import ceiling, the same for every controller. */
export interface Stretch {
  readonly spec: HomeSpec;
  readonly startAtMs: number;
  /** The car is plugged in. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly ceilingA: number;
}

/**
 * The days whose household moves most while the car is there: all steps of its load, by the hour. No two overlap, so
 * that no stretch of the household counts twice.
 */
export function eventfulDays(household: Household, count: number): readonly ChargingDay[] {
  const ranked = readDays()
    .filter(({ plugInAtMs, untilMs }) => plugInAtMs > household.firstAtMs && untilMs < household.endAtMs)
    .map((day) => ({ day, score: stepsPerHour(household, day) }))
    .sort((one, other) => other.score - one.score || one.day.plugInAtMs - other.day.plugInAtMs);
  const chosen: ChargingDay[] = [];
  for (const { day } of ranked) {
    if (chosen.length === count) break;
    const isApart = ({ plugInAtMs, untilMs }: ChargingDay): boolean =>
      day.plugInAtMs >= untilMs || day.untilMs <= plugInAtMs;
    if (chosen.every(isApart)) chosen.push(day);
  }
  return chosen;
}

function readDays(): ChargingDay[] {
  const [, ...lines] = readFileSync(SESSIONS, 'utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const [sessionId = '', plugIn = '', plugOut = '', kilowattHours] = line.split(',');
    const plugInAtMs = atYearsBefore(plugIn);
    return {
      sessionId,
      plugInAtMs,
      untilMs: Math.min(atYearsBefore(plugOut), plugInAtMs + LONGEST_MS),
      energyWh: Number(kilowattHours) * 1000,
    };
  });
}

function atYearsBefore(local: string): number {
  return Date.parse(`${Number(local.slice(0, 4)) - YEARS_BEFORE}${local.slice(4)}:00${ZONE}`);
}

function stepsPerHour(household: Household, { plugInAtMs, untilMs }: ChargingDay): number {
  let stepsW = 0;
  for (let atMs = plugInAtMs; atMs < untilMs; atMs += MINUTE_MS) {
    stepsW += Math.abs(household.loadAt(atMs).activeW - household.loadAt(atMs - MINUTE_MS).activeW);
  }
  return stepsW / (untilMs - plugInAtMs);
}

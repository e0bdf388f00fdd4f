export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

export const WEEKDAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** Hours on some days of the week, local time; until may be earlier than from: then it ends on the next day. */
export interface ChargingWindow {
  readonly days: readonly Weekday[];
  /** Minutes after local midnight, 0 to 1439. The window holds from the first to just before the second. */
  readonly fromMinute: number;
  readonly untilMinute: number;
  /** Most that the charge points may have in it, amps per phase; 0 pauses them. */
  readonly ceilingA: number;
  /** Why, for people: a tariff, the legal default. */
  readonly reason: string;
}

/** When charge points are held back, by the clock of the home. */
export interface ChargingHours {
  /** IANA name, Europe/London in Great Britain. */
  readonly timeZone: string;
  readonly windows: readonly ChargingWindow[];
}

const WORKING_DAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri'];
const PEAK = 'outside of the default charging hours';

/**
 * Default charging hours of a smart charge point: the peak hours of weekdays are avoided until the owner says otherwise
 * (SI 2021/1467, regulation 10). Bank holidays count as weekdays, since nothing says otherwise.
 */
export const DEFAULT_CHARGING_HOURS: ChargingHours = {
  timeZone: 'Europe/London',
  windows: [
    { days: WORKING_DAYS, fromMinute: 8 * 60, untilMinute: 11 * 60, ceilingA: 0, reason: PEAK },
    { days: WORKING_DAYS, fromMinute: 16 * 60, untilMinute: 22 * 60, ceilingA: 0, reason: PEAK },
  ],
};

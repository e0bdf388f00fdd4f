/**
 * Figures of the judgement that are not settings of a site. Settings and their defaults: domain/timing.ts.
 */

/**
 * Upper end of the supply voltage in Great Britain, 230 V + 10 % (Electricity Safety, Quality and Continuity
 * Regulations 2002, regulation 27). Turns amps into the most watts they can be when no voltage was read.
 */
export const HIGHEST_SUPPLY_VOLTAGE_V = 253;

/**
 * Lower end of the supply voltage in Great Britain, 230 V - 6 % (the same regulation). Turns the watts of a power limit
 * into the most amps they can be.
 */
export const LOWEST_SUPPLY_VOLTAGE_V = 216.2;

/** Below this active power the direction of a current is not certain: it counts in both directions. */
export const DIRECTION_CERTAIN_ABOVE_W = 25;

/** A set-point rises only by at least this: each write costs, and a smaller gain is not worth it. */
export const LEAST_RISE_A = 0.5;

/** A car that draws this much less than it may is not asking for more. */
export const UNUSED_BAND_A = 1.5;

/** A car that was just given more is given this long to take it before it counts as not asking for more. */
export const SETTLE_MS = 15_000;

/** A read-back or a measurement may differ this much from the set-point: steps and tolerance of the device. */
export const CONFIRM_TOLERANCE_A = 0.6;

/** A load that draws this much more than it was told, after the time to confirm, is at fault. */
export const OBEY_TOLERANCE_A = 1.5;

/** How long the draw of a load is remembered, to set it against a meter reading of the same moment. */
export const TRACE_MS = 6000;

/** A read-back below the set-point is written again once, and then only this often: a cable or the car may be the reason. */
export const REASSERT_LOWER_MS = 60_000;

/**
 * How fast a car may take up more current, for a meter reading that is newer than the load's own.
 * IEC 61851-1 gives the car five seconds to follow its pilot and no least time; on-board chargers rise by a few amps a second.
 */
export const FASTEST_RISE_A_PER_S = 6;

/** A load's reading this much older than the meter's is still taken to be of about the same moment. */
export const LONGEST_SKEW_MS = 1200;

/** Which phases a car uses is known for this long. A maker's pace may leave half a minute between two looks (KEBA). */
export const PHASE_PATTERN_MAX_AGE_MS = 60_000;

/** On how many phases a charge point is, is known for this long: it changes only when it is told, and makers read slowly. */
export const PHASES_MAX_AGE_MS = 30_000;

/**
 * A charge point stays paused for this long after it was told its phases, and has this long to be seen paused before. No
 * maker gives a time; the slowest that is known of takes ten seconds, and what is read within them proves nothing.
 */
export const CHANGEOVER_MS = 30_000;

/** Below this a phase counts as not used by the car. */
export const UNUSED_PHASE_A = 1;

/** A closed load that draws less than this counts as drawing nothing. */
export const IDLE_BELOW_A = 0.3;

/** A closed load that drew nothing for this long has lost its contact, its fuse or its use. */
export const NOT_DRAWING_MS = 86_400_000;

/** A limited generator that gave less than half of its limit for this long is left to itself again. */
export const GENERATOR_QUIET_MS = 600_000;

/** The least step of a power limit, amps per phase. */
export const POWER_LIMIT_STEP_A = 0.1;

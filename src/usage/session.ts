import type { Now, RunningMs } from '../domain/instant.ts';
import type { ChargeReading } from './sample.ts';

/** SI 2021/1467 reg 9 asks for starts, stops, increases and decreases with their times. */
export interface SessionEvent {
  readonly kind: 'start' | 'stop' | 'increase' | 'decrease';
  readonly at: Now;
  /** What it has from then on, the most on any phase. */
  readonly currentA: number;
}

/** From when the car first took current until it was unplugged. */
export interface Session {
  /** From 1, without gaps while the record lasts. */
  readonly number: number;
  readonly loadId: string;
  /** Absent: the charge point does not tell, or it was plugged in before the gateway looked. */
  readonly pluggedInAt?: Now;
  readonly beganAt: Now;
  /** Unplugged; where the charge point does not tell: the last stop before half an hour without current. Absent: it goes on. */
  readonly endedAt?: Now;
  /** False: it ended while the gateway did not look, somewhere between endedAt and when it looked again. */
  readonly isEndSeen?: boolean;
  readonly events: readonly SessionEvent[];
  /** Changes of the rate beyond those in the list. */
  readonly moreChanges: number;
  readonly importWh: number;
  readonly exportWh: number;
  /** How long current flowed, on running time: clock steps do not count. */
  readonly chargingMs: number;
  readonly maximumA: number;
  /** Stretches in which the gateway did not run or could not see; their energy is that of the meter's register. */
  readonly unseen: readonly { readonly from: Now; readonly until: Now; readonly energyWh: number }[];
}

/** A charge point as it is followed. Plain data, kept over restarts. */
export interface SessionState {
  readonly pluggedInAt?: Now;
  readonly isPlugged?: boolean;
  readonly open?: Session;
  readonly isCharging: boolean;
  /** The rate that was last told. */
  readonly toldA: number;
  /** Another rate, since when. */
  readonly other?: { readonly currentA: number; readonly since: Now };
  /** When current last flowed. */
  readonly lastCurrentAt?: Now;
  /** Unplugged: until then the meter's register may still bring energy of this session. */
  readonly settlesUntilMs?: RunningMs;
  /** The gateway did not look from then until now; whether the car is still there is not known yet. */
  readonly awaySince?: Now;
  /** Sessions so far. */
  readonly count: number;
}

export const NO_SESSION: SessionState = { isCharging: false, toldA: 0, count: 0 };

interface SessionInput {
  readonly now: Now;
  readonly stepMs: number;
  readonly reading: ChargeReading;
  readonly importWh: number;
  readonly exportWh: number;
  /** What the registers counted while nobody looked, and since when. */
  readonly late?: { readonly energyWh: number; readonly from: Now };
}

/** A car takes current from here on, and takes none any more below the second: noise of the meter is neither. */
const CHARGES_FROM_A = 1;
const STOPS_BELOW_A = 0.5;
/** A change of the rate is told when it is this great and has held for so long. */
const LEAST_CHANGE_A = 1;
const CHANGE_HOLDS_MS = 5_000;
/** Without word of the plug a session is over when no current has flowed for this long. */
const IDLE_ENDS_MS = 1_800_000;
/** Registers are read less often than currents. */
const SETTLE_MS = 120_000;
/** Kept of one session; a car that follows the sun changes its rate all day. Starts and stops may be twice as many. */
const MOST_EVENTS = 400;

/** Follows a charge point by one look. @returns what is known now, and the session that this look has ended */
export function followSession(
  state: SessionState,
  loadId: string,
  input: SessionInput,
): { readonly state: SessionState; readonly ended?: Session } {
  const { now } = input;
  const credited = credit(state, input);
  const plugged = followPlug(credited, input);
  const charging = followCurrent(plugged, loadId, input);
  const { open } = charging.state;
  if (open === undefined) return charging;
  const isOver =
    charging.state.settlesUntilMs === undefined
      ? isIdle(charging.state, now)
      : now.runningMs >= charging.state.settlesUntilMs;
  return isOver ? end(charging.state) : charging;
}

/** The gateway has been away since then. What was plugged in may not be any more. */
export function resumeSession(state: SessionState, awaySince: Now): SessionState {
  const { other: _, ...rest } = state;
  return { ...rest, awaySince };
}

function credit(state: SessionState, { importWh, exportWh, late, now }: SessionInput): SessionState {
  const { open } = state;
  if (open === undefined || (importWh === 0 && exportWh === 0 && late === undefined)) return state;
  return {
    ...state,
    open: {
      ...open,
      importWh: open.importWh + importWh,
      exportWh: open.exportWh + exportWh,
      ...(late === undefined
        ? {}
        : { unseen: [...open.unseen, { from: late.from, until: now, energyWh: late.energyWh }] }),
    },
  };
}

function followPlug(state: SessionState, { now, reading: { isPlugged } }: SessionInput): SessionState {
  if (isPlugged === undefined) return state;
  const { awaySince, ...here } = state;
  if (isPlugged === state.isPlugged) return awaySince === undefined ? state : here;
  const { pluggedInAt: _, ...rest } = here;
  if (isPlugged) {
    // Found plugged in at the first look: since when is not known.
    const isSeen = state.isPlugged !== undefined && awaySince === undefined;
    return isSeen ? { ...rest, isPlugged, pluggedInAt: now } : { ...rest, isPlugged };
  }
  if (state.open === undefined || state.settlesUntilMs !== undefined) return { ...rest, isPlugged };
  const endedAt = awaySince ?? now;
  const stopped = state.isCharging ? withStop({ ...rest, isPlugged }, endedAt) : { ...rest, isPlugged };
  const seen = awaySince === undefined ? {} : { isEndSeen: false };
  return {
    ...stopped,
    ...(stopped.open === undefined ? {} : { open: { ...stopped.open, endedAt, ...seen } }),
    settlesUntilMs: now.runningMs + SETTLE_MS,
  };
}

function followCurrent(
  state: SessionState,
  loadId: string,
  input: SessionInput,
): { readonly state: SessionState; readonly ended?: Session } {
  const { now, stepMs, reading } = input;
  const { currentA } = reading;
  if (currentA === undefined || reading.isPlugged === false) return { state };
  if (!state.isCharging) {
    if (currentA < CHARGES_FROM_A) return { state };
    // The car before this one has left, its register need not be waited for any longer.
    const before = state.settlesUntilMs === undefined ? { state } : end(state);
    return {
      ...before,
      state: withEvent(begin(before.state, loadId, input, currentA), 'start', now, currentA),
    };
  }
  if (currentA < STOPS_BELOW_A) return { state: withStop(state, now) };
  const open =
    state.open === undefined
      ? undefined
      : {
          ...state.open,
          chargingMs: state.open.chargingMs + stepMs,
          maximumA: Math.max(state.open.maximumA, currentA),
        };
  const flowing = { ...state, lastCurrentAt: now, ...(open === undefined ? {} : { open }) };
  return { state: followRate(flowing, now, currentA) };
}

function begin(state: SessionState, loadId: string, input: SessionInput, currentA: number): SessionState {
  const { now, importWh, exportWh } = input;
  if (state.open !== undefined) return state;
  const number = state.count + 1;
  const open: Session = {
    number,
    loadId,
    ...(state.pluggedInAt === undefined ? {} : { pluggedInAt: state.pluggedInAt }),
    beganAt: now,
    events: [],
    moreChanges: 0,
    importWh,
    exportWh,
    chargingMs: 0,
    maximumA: currentA,
    unseen: [],
  };
  return { ...state, open, count: number };
}

function followRate(state: SessionState, now: Now, currentA: number): SessionState {
  const { other: _, ...rest } = state;
  if (Math.abs(currentA - state.toldA) < LEAST_CHANGE_A) return rest;
  const isOther = state.other === undefined || Math.abs(currentA - state.other.currentA) >= LEAST_CHANGE_A;
  const other = isOther || state.other === undefined ? { currentA, since: now } : state.other;
  if (now.runningMs - other.since.runningMs < CHANGE_HOLDS_MS) return { ...rest, other };
  return withEvent(rest, currentA > state.toldA ? 'increase' : 'decrease', other.since, currentA);
}

function withStop(state: SessionState, at: Now): SessionState {
  const { other: _, ...rest } = withEvent(state, 'stop', at, 0);
  return { ...rest, isCharging: false, lastCurrentAt: at };
}

function withEvent(state: SessionState, kind: SessionEvent['kind'], at: Now, currentA: number): SessionState {
  const { open } = state;
  const told: SessionState = {
    ...state,
    toldA: currentA,
    isCharging: kind !== 'stop',
    lastCurrentAt: at,
  };
  if (open === undefined) return told;
  const rounded = Math.round(currentA * 10) / 10;
  const isChange = kind === 'increase' || kind === 'decrease';
  if (open.events.length >= (isChange ? MOST_EVENTS : 2 * MOST_EVENTS)) {
    return { ...told, open: { ...open, moreChanges: open.moreChanges + 1 } };
  }
  return { ...told, open: { ...open, events: [...open.events, { kind, at, currentA: rounded }] } };
}

function isIdle({ isCharging, isPlugged, lastCurrentAt }: SessionState, now: Now): boolean {
  if (isCharging || isPlugged !== undefined || lastCurrentAt === undefined) return false;
  return now.runningMs - lastCurrentAt.runningMs >= IDLE_ENDS_MS;
}

function end(state: SessionState): { readonly state: SessionState; readonly ended?: Session } {
  const { open, settlesUntilMs: _, other: __, ...rest } = state;
  if (open === undefined) return { state: rest };
  const endedAt = open.endedAt ?? state.lastCurrentAt ?? open.beganAt;
  return { state: { ...rest, isCharging: false, toldA: 0 }, ended: { ...open, endedAt } };
}

/** The same session with its instants by a better clock. */
export function restampSession(session: Session, restamp: (at: Now) => Now): Session {
  const { pluggedInAt, beganAt, endedAt, events, unseen } = session;
  return {
    ...session,
    ...(pluggedInAt === undefined ? {} : { pluggedInAt: restamp(pluggedInAt) }),
    beganAt: restamp(beganAt),
    ...(endedAt === undefined ? {} : { endedAt: restamp(endedAt) }),
    events: events.map((event) => ({ ...event, at: restamp(event.at) })),
    unseen: unseen.map((part) => ({ ...part, from: restamp(part.from), until: restamp(part.until) })),
  };
}

export function restampState(state: SessionState, restamp: (at: Now) => Now): SessionState {
  const { pluggedInAt, open, other, lastCurrentAt } = state;
  return {
    ...state,
    ...(pluggedInAt === undefined ? {} : { pluggedInAt: restamp(pluggedInAt) }),
    ...(open === undefined ? {} : { open: restampSession(open, restamp) }),
    ...(other === undefined ? {} : { other: { ...other, since: restamp(other.since) } }),
    ...(lastCurrentAt === undefined ? {} : { lastCurrentAt: restamp(lastCurrentAt) }),
  };
}

/**
 * The state of one stream on its way to the broker, as a value. It goes forward in runs:
 *
 *   proving    one message on the wire, to see that the broker takes this stream at all
 *   flowing    after the first acknowledgement: as many as the window has room for, in order
 *   winding up after a failure: nothing new is sent until every message on the wire has its answer
 *   (rewound)  the next run begins with the oldest message that is not confirmed, after a pause
 *
 * A message is confirmed when it and all before it in its run were acknowledged. An acknowledgement behind
 * a failure does not count: that message is sent again after the failed one, so that a subscriber that takes
 * only the next sequence of a stream ends up with all of them in order. Proving keeps the usual
 * refusals (no right, nobody subscribed) from ever having a message on the wire behind them.
 */
export interface Lane {
  /** Sequence of the last confirmed message; 0 at the start. */
  readonly confirmed: number;
  /** This run's messages that are not confirmed, in order. */
  readonly flights: readonly Flight[];
  readonly isProven: boolean;
  /** Runs in a row that failed without one confirmation. */
  readonly failures: number;
  /** No new run before this. */
  readonly notBeforeMs: number;
}

interface Flight {
  readonly sequence: number;
  readonly answer: 'waiting' | 'acknowledged' | 'failed';
}

export const NEW_LANE: Lane = {
  confirmed: 0,
  flights: [],
  isProven: false,
  failures: 0,
  notBeforeMs: 0,
};

export function countWaiting(lane: Lane): number {
  return lane.flights.filter((flight) => flight.answer === 'waiting').length;
}

/** How many messages may go out now, when the window has room for that many. */
export function countSendable(lane: Lane, room: number, nowMs: number): number {
  if (nowMs < lane.notBeforeMs || hasFailed(lane)) return 0;
  if (!lane.isProven) return lane.flights.length === 0 ? Math.min(1, room) : 0;
  return Math.max(0, room);
}

/** Sequence of the last message that needs no sending at present; 0 when none was sent. */
export function lastSent(lane: Lane): number {
  return lane.flights.at(-1)?.sequence ?? lane.confirmed;
}

export function markSent(lane: Lane, sequence: number): Lane {
  return { ...lane, flights: [...lane.flights, { sequence, answer: 'waiting' }] };
}

/** The lane after an answer; its `confirmed` has moved on when the row and all before it were acknowledged. */
export function markAnswered(lane: Lane, sequence: number, isAcknowledged: boolean): Lane {
  const answer: Flight['answer'] = isAcknowledged ? 'acknowledged' : 'failed';
  const answered = lane.flights.map((flight) =>
    flight.sequence === sequence ? { ...flight, answer } : flight,
  );
  const firstOpen = answered.findIndex((flight) => flight.answer !== 'acknowledged');
  const done = firstOpen === -1 ? answered.length : firstOpen;
  const last = answered[done - 1];
  if (last === undefined) return { ...lane, flights: answered };
  return {
    ...lane,
    confirmed: last.sequence,
    flights: answered.slice(done),
    isProven: true,
    failures: 0,
  };
}

/** True when the run has failed and every message of it has its answer. */
export function mayRewind(lane: Lane): boolean {
  return hasFailed(lane) && countWaiting(lane) === 0;
}

/** The next run, which begins behind the last confirmed message and not before the pause is over. */
export function rewind(lane: Lane, notBeforeMs: number): Lane {
  return { ...lane, flights: [], isProven: false, failures: lane.failures + 1, notBeforeMs };
}

function hasFailed(lane: Lane): boolean {
  return lane.flights.some((flight) => flight.answer === 'failed');
}

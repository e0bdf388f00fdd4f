import type { RunningMs } from '../../domain/instant.ts';
import type { ReportEventStatus } from './drlcMessages.ts';
import { EVENT_STATUS, type EventStatusEntry } from './eventStatus.ts';

/** issued: sent, nothing heard yet. ended: by itself, by a cancel, by another event, or never taken. */
export type EventStage = 'issued' | 'accepted' | 'shedding' | 'optedOut' | 'ended';

/** An event of this gateway's life. */
export interface IssuedEvent {
  readonly issuerEventId: number;
  readonly issuedAtMs: RunningMs;
  readonly endsAtMs: RunningMs;
  readonly stage: EventStage;
  /** UTCTime of the last report by the switch's own clock. */
  readonly statusTimeS: number;
}

/** What the switch itself has said, and when. */
export interface ConfirmedPosition {
  readonly isClosed: boolean;
  readonly sinceMs: RunningMs;
}

/**
 * One controller: where it was told to be, and where it says it is. These are two things: a command is not evidence.
 * Without a position nothing is confirmed.
 */
export interface SwitchState {
  readonly commanded?: 'open' | 'closed';
  readonly current?: IssuedEvent;
  readonly confirmed?: ConfirmedPosition;
  /** For people: why it is there, in the switch's words. */
  readonly because: string;
}

export const NOTHING_KNOWN: SwitchState = { because: 'the switch has not reported yet' };

/** After the end of an event its report is awaited this long; then nothing is known. */
const END_REPORT_WITHIN_MS = 60_000;

/** A new event takes the place of the one before, on the switch as well. The position waits for the switch's word. */
export function withIssuedEvent(
  state: SwitchState,
  event: Pick<IssuedEvent, 'issuerEventId' | 'issuedAtMs' | 'endsAtMs'>,
): SwitchState {
  return { ...state, current: { ...event, stage: 'issued', statusTimeS: 0 } };
}

export function isInForce({ current }: SwitchState, nowMs: RunningMs): boolean {
  return current !== undefined && current.stage !== 'ended' && nowMs < current.endsAtMs;
}

/** Whether the switch has the event and is either shedding or was taken out of it by its user. */
export function isTaken({ current }: SwitchState): boolean {
  return current?.stage === 'shedding' || current?.stage === 'optedOut';
}

/**
 * Reports come late, twice and in any order. What says that the load is on again is always believed, since that is the
 * worse; what says that it is off is believed only of the event in force and only when it is not older than what is known.
 * Of an event that is not known here (of an earlier life, or of somebody else) the same counts while none of ours holds.
 */
export function withReport(state: SwitchState, report: ReportEventStatus, nowMs: RunningMs): SwitchState {
  const entry: EventStatusEntry = EVENT_STATUS[report.status];
  const { current } = state;
  if (current === undefined || report.issuerEventId !== current.issuerEventId) {
    return withReportOfOther(state, entry, nowMs);
  }
  if (current.stage === 'ended') return state;
  const isOld = report.statusTimeS < current.statusTimeS;
  const stageOf = (stage: EventStage): IssuedEvent => ({
    ...current,
    stage,
    statusTimeS: Math.max(current.statusTimeS, report.statusTimeS),
  });
  switch (entry.meaning) {
    case 'accepted':
      return current.stage === 'issued' ? { ...state, current: stageOf('accepted') } : state;
    case 'shed':
      if (isOld && current.stage === 'optedOut') return state;
      return confirm({ ...state, current: stageOf('shedding') }, false, entry.sentence, nowMs);
    case 'released':
      return confirm(
        { ...state, current: stageOf(entry.isEnd ? 'ended' : 'optedOut') },
        true,
        entry.sentence,
        nowMs,
      );
    case 'superseded':
      // By none of ours, or there would be a newer one here.
      return unconfirmed(
        { ...state, current: stageOf('ended') },
        'another controller has taken the switch over',
      );
    case 'refused': {
      // Of an event that it knows it reports nothing more: a new number makes it speak again.
      const isMute = entry.name === 'duplicate' && current.stage === 'issued';
      if (!entry.isEnd && !isMute) return { ...state, because: entry.sentence };
      return { ...state, current: stageOf('ended'), because: entry.sentence };
    }
  }
}

function withReportOfOther(state: SwitchState, entry: EventStatusEntry, nowMs: RunningMs): SwitchState {
  const stage = state.current?.stage;
  if (stage === 'shedding' || stage === 'optedOut') return state;
  // The event before ends by itself, or was cancelled, while ours is still on its way.
  if (entry.meaning === 'released') return confirm(state, true, entry.sentence, nowMs);
  if (entry.meaning === 'shed' && stage !== 'issued' && stage !== 'accepted') {
    return confirm(
      state,
      false,
      `${entry.sentence}, which this gateway has not issued since its start`,
      nowMs,
    );
  }
  return state;
}

/** The switch said that it holds no event at all. */
export function withNoEvents(state: SwitchState, because: string, nowMs: RunningMs): SwitchState {
  const { current, ...rest } = state;
  const ended = current === undefined ? {} : { current: { ...current, stage: 'ended' as const } };
  return confirm({ ...rest, ...ended }, true, because, nowMs);
}

/** What time alone does: an event ends, with or without a word of the switch. */
export function withTime(state: SwitchState, nowMs: RunningMs): SwitchState {
  const { current } = state;
  if (current === undefined || current.stage === 'ended') return state;
  if (nowMs < current.endsAtMs + END_REPORT_WITHIN_MS) return state;
  const ended = { ...state, current: { ...current, stage: 'ended' as const } };
  return unconfirmed(ended, 'the event is over, and the switch has not said so');
}

/** Nothing is confirmed any more. */
export function unconfirmed(state: SwitchState, because: string): SwitchState {
  const { confirmed: _gone, ...rest } = state;
  return { ...rest, because };
}

function confirm(state: SwitchState, isClosed: boolean, because: string, nowMs: RunningMs): SwitchState {
  const sinceMs = state.confirmed?.isClosed === isClosed ? state.confirmed.sinceMs : nowMs;
  return { ...state, confirmed: { isClosed, sinceMs }, because };
}

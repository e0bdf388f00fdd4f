/** An event as it arrived, with what the client adds to it. Times are UTCTime seconds. */
export interface TableEntry {
  readonly eventId: number;
  readonly startS: number;
  readonly durationMinutes: number;
  readonly deviceClass: number;
  readonly group: number;
  readonly criticality: number;
  readonly loadAdjustment: number;
  readonly dutyCycle: number;
  readonly control: number;
  /** Random seconds that this client adds to start and duration. */
  startRandomS: number;
  readonly durationRandomS: number;
  phase: 'scheduled' | 'started' | 'superseded' | 'cancelled';
  /** Of a superseded or cancelled entry: when that takes hold. */
  leavesAtS: number;
  /** It was running when it was superseded or cancelled, and runs on until then. */
  wasStarted: boolean;
  takesPart: boolean;
  hasChangedMind: boolean;
}

const STATUS = {
  received: 0x01,
  started: 0x02,
  completed: 0x03,
  optOut: 0x04,
  optIn: 0x05,
  cancelled: 0x06,
  superseded: 0x07,
  endedOptedOut: 0x08,
  endedOptedIn: 0x09,
  endedWithoutUser: 0x0a,
  badCancel: 0xf8,
  badCancelTime: 0xf9,
  duplicate: 0xfa,
  expired: 0xfb,
  alreadyDone: 0xfc,
  unknownEvent: 0xfd,
  rejected: 0xfe,
} as const;

export type Report = (status: number, entry: Pick<TableEntry, 'eventId'> & Partial<TableEntry>) => void;

interface TableOptions {
  readonly size: number;
  readonly report: Report;
  /** Stacks of before the current text name duplicates and events that are done. */
  readonly isOlderStack: boolean;
}

const INVALID_TIME = 0xffff_ffff;
const LONGEST_MINUTES = 1440;
const RESERVED_CANCEL_BITS = 0xfe;
const REMEMBERED_DONE = 4;

/**
 * Load control events of one client, by the rules that load control firmware follows: what is rejected, what supersedes
 * what and when, how opting out and in is told, how an event ends.
 */
export class EventTable {
  readonly #options: TableOptions;
  #entries: TableEntry[] = [];
  #done: number[] = [];

  constructor(options: TableOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.length;
  }

  clear(): void {
    this.#entries = [];
    this.#done = [];
  }

  /** Whether an event keeps the load off now. */
  isShedding(): boolean {
    return this.#entries.some(
      (entry) => (entry.phase === 'started' || entry.wasStarted) && entry.takesPart && turnsOff(entry),
    );
  }

  add(entry: TableEntry, nowS: number): void {
    const objection = this.#objectionTo(entry, nowS);
    if (objection === 'silence') return;
    if (objection === undefined) this.#enter(entry, nowS);
    this.#options.report(objection ?? STATUS.received, entry);
  }

  cancel(eventId: number, control: number, effectiveS: number, nowS: number): void {
    const entry = this.#entries.find((candidate) => candidate.eventId === eventId);
    if (entry === undefined) {
      this.#options.report(STATUS.unknownEvent, { eventId });
      return;
    }
    const endS = entry.startS + entry.durationMinutes * 60;
    if ((control & RESERVED_CANCEL_BITS) !== 0) {
      this.#options.report(STATUS.badCancel, entry);
    } else if (effectiveS > endS) {
      // Also 0xFFFFFFFF, which is after every end.
      this.#options.report(STATUS.badCancelTime, entry);
    } else {
      const randomS = (control & 1) === 0 ? 0 : entry.durationRandomS || entry.startRandomS;
      entry.wasStarted ||= entry.phase === 'started';
      entry.phase = 'cancelled';
      entry.leavesAtS = (effectiveS === 0 ? nowS : effectiveS) + randomS;
    }
  }

  /** False when there was nothing to cancel. */
  cancelAll(control: number, nowS: number): boolean {
    for (const { eventId } of [...this.#entries]) this.cancel(eventId, control, 0, nowS);
    return this.#entries.length > 0;
  }

  /** The user's button. Out of an event that has not started is told only when it would start. */
  choose(takesPart: boolean): void {
    for (const entry of this.#entries) {
      if ((entry.phase !== 'scheduled' && entry.phase !== 'started') || entry.takesPart === takesPart)
        continue;
      entry.takesPart = takesPart;
      if (entry.phase !== 'started') continue;
      entry.hasChangedMind = true;
      this.#options.report(takesPart ? STATUS.optIn : STATUS.optOut, entry);
    }
  }

  tick(nowS: number): void {
    while (this.#endOne(nowS) || this.#leaveOne(nowS) || this.#startOne(nowS));
  }

  #objectionTo(entry: TableEntry, nowS: number): number | 'silence' | undefined {
    const { size, isOlderStack } = this.#options;
    if (entry.startS === INVALID_TIME || entry.durationMinutes > LONGEST_MINUTES) return STATUS.rejected;
    if (nowS > entry.startS + entry.durationMinutes * 60) return STATUS.expired;
    if (isOlderStack && this.#done.includes(entry.eventId)) return STATUS.alreadyDone;
    const isKnown = this.#entries.some(
      ({ eventId, phase }) => eventId === entry.eventId && (phase === 'scheduled' || phase === 'started'),
    );
    if (isKnown) return isOlderStack ? STATUS.duplicate : 'silence';
    return this.#entries.length >= size ? STATUS.rejected : undefined;
  }

  /** Whatever it overlaps gives way: at once when it has not started, else one second before the new one starts. */
  #enter(entry: TableEntry, nowS: number): void {
    for (const other of this.#entries) {
      if ((other.phase !== 'scheduled' && other.phase !== 'started') || !overlap(other, entry)) continue;
      other.wasStarted = other.phase === 'started';
      other.leavesAtS = other.wasStarted ? entry.startS + entry.startRandomS - 1 : nowS;
      other.phase = 'superseded';
    }
    this.#entries.push(entry);
  }

  #endOne(nowS: number): boolean {
    const entry = this.#entries.find(
      ({ phase, startS, startRandomS, durationMinutes, durationRandomS }) =>
        phase === 'started' && startS + startRandomS + durationMinutes * 60 + durationRandomS <= nowS,
    );
    if (entry === undefined) return false;
    this.#options.report(endStatus(entry), entry);
    this.#drop(entry);
    return true;
  }

  #leaveOne(nowS: number): boolean {
    const entry = this.#entries.find(
      ({ phase, leavesAtS }) => (phase === 'superseded' || phase === 'cancelled') && leavesAtS <= nowS,
    );
    if (entry === undefined) return false;
    this.#options.report(entry.phase === 'superseded' ? STATUS.superseded : STATUS.cancelled, entry);
    this.#drop(entry);
    return true;
  }

  #startOne(nowS: number): boolean {
    if (this.#entries.some(({ phase }) => phase === 'started')) return false;
    const entry = this.#entries.find(
      ({ phase, startS, startRandomS }) => phase === 'scheduled' && startS + startRandomS <= nowS,
    );
    if (entry === undefined) return false;
    // A late start shortens nothing.
    entry.startRandomS = nowS - entry.startS;
    entry.phase = 'started';
    this.#options.report(entry.takesPart ? STATUS.started : STATUS.optOut, entry);
    return true;
  }

  #drop(entry: TableEntry): void {
    this.#entries = this.#entries.filter((other) => other !== entry);
    this.#done = [...this.#done, entry.eventId].slice(-REMEMBERED_DONE);
  }
}

/** Duty cycle 0 %, or 100 % below the average load. 0xFF and -128 say that the event does not use it. */
function turnsOff({ dutyCycle, loadAdjustment }: TableEntry): boolean {
  return dutyCycle === 0 || loadAdjustment === -100;
}

function overlap(one: TableEntry, other: TableEntry): boolean {
  const sharesClass = (one.deviceClass & other.deviceClass) !== 0;
  const sharesGroup = one.group === 0 || other.group === 0 || one.group === other.group;
  if (!sharesClass && !sharesGroup) return false;
  return (
    other.startS < one.startS + one.durationMinutes * 60 &&
    one.startS < other.startS + other.durationMinutes * 60
  );
}

function endStatus({ takesPart, hasChangedMind }: TableEntry): number {
  if (hasChangedMind) return takesPart ? STATUS.endedOptedIn : STATUS.endedOptedOut;
  return takesPart ? STATUS.completed : STATUS.endedWithoutUser;
}

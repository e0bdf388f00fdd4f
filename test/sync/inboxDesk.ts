import type { DomainEvent } from '../../src/domain/event.ts';
import type { Limit } from '../../src/domain/limit.ts';
import { Inbox, type InboxOptions } from '../../src/sync/inbox.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { SteppedClock } from '../support/steppedClock.ts';
import { HandBus } from './fakes.ts';

const TOPIC = 'loadgate/v1/home-1/control/curtailment';
export const SCHEDULE = `${TOPIC}/schedule`;
export const CANCEL = `${TOPIC}/cancel`;
export const NONE = `${TOPIC}/none`;
export const HEARTBEAT = 'loadgate/v1/home-1/control/heartbeat';
export const ALL = [TOPIC, SCHEDULE, CANCEL, NONE, HEARTBEAT];

export const REQUEST = {
  schema: 'loadgate.curtailment/1',
  id: 'evening-1',
  direction: 'import',
  basis: 'phaseCurrentA',
  ceiling: 0,
  durationSeconds: 60,
  reason: 'evening peak',
};

/** Begins at the midnight at which the stepped clock starts. */
export const PLAN = {
  schema: 'loadgate.curtailment-schedule/1',
  id: 'night-1',
  direction: 'import',
  basis: 'activePowerW',
  randomisedBy: 'aggregator',
  reason: 'windy night',
  intervals: [
    { startsAt: '2026-01-05T00:00:00Z', durationSeconds: 600, ceiling: 3_000 },
    { startsAt: '2026-01-05T00:10:00Z', durationSeconds: 600, ceiling: 0 },
  ],
};

export const CANCELLATION = { schema: 'loadgate.curtailment-cancel/1', id: 'evening-1', reason: 'over' };

export const NO_CURTAILMENT = {
  schema: 'loadgate.no-curtailment/1',
  id: 'back-1',
  reason: 'back in service',
};

export const BEAT = { schema: 'loadgate.heartbeat/1', sentAt: '2026-01-05T00:00:00Z', sequence: 1 };

export const VALID = [REQUEST, PLAN, CANCELLATION, NO_CURTAILMENT, BEAT];

/** An inbox that a test sends commands to, and what it makes of them. */
export class InboxDesk {
  readonly clock = new SteppedClock();
  readonly obeyed: { limits: readonly Limit[]; id: string }[] = [];
  readonly cancelled: string[] = [];
  readonly events: DomainEvent[] = [];
  heartbeats = 0;
  readonly #bus = new HandBus();

  open(change: Partial<InboxOptions> = {}): RecordingLog {
    const log = new RecordingLog();
    new Inbox({
      gatewayId: 'home-1',
      bus: this.#bus,
      clock: this.clock,
      log,
      circuits: [{ circuitId: 'cutOut', ratingA: 60, derating: 1 }],
      acceptUnsignedCurtailment: true,
      onControl: async (limits, id) => {
        this.obeyed.push({ limits, id });
      },
      onCancel: async (id) => {
        this.cancelled.push(id);
      },
      onHeartbeat: async () => {
        this.heartbeats += 1;
      },
      onEvent: (event) => this.events.push(event),
      ...change,
    });
    return log;
  }

  /** Resolves when the broker would hear the acknowledgement. */
  async receive(message: unknown, topic = TOPIC, isRetained?: true): Promise<void> {
    const payload = message instanceof Uint8Array ? message : Buffer.from(JSON.stringify(message));
    const handle = this.#bus.handlers.get(topic);
    if (handle === undefined) throw new Error(`nothing listens to ${topic}`);
    await handle({ topic, payload, ...(isRetained && { isRetained }) });
  }

  causes(): readonly string[] {
    return this.events.map((event) => (event.kind === 'controlRefused' ? event.cause : event.kind));
  }
}

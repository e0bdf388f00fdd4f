import { createSignatureReader } from '../../src/adapters/jose/signatureReader.ts';
import { TRUST_TOPIC } from '../../src/contract/topics.ts';
import type { DomainEvent } from '../../src/domain/event.ts';
import type { Limit } from '../../src/domain/limit.ts';
import type { SignedCommand } from '../../src/domain/restriction.ts';
import type { TrustBundle } from '../../src/domain/trustBundle.ts';
import { Inbox, type InboxOptions, type RefusedRestriction } from '../../src/sync/inbox.ts';
import { makeKeys, type TestSigner } from '../support/keys.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { SteppedClock } from '../support/steppedClock.ts';
import { HandBus } from './fakes.ts';

export const CURTAILMENT = 'loadgate/v1/home-1/control/curtailment';
export const SCHEDULE = `${CURTAILMENT}/schedule`;
export const CANCEL = `${CURTAILMENT}/cancel`;
export const NONE = `${CURTAILMENT}/none`;
export const HEARTBEAT = 'loadgate/v1/home-1/control/heartbeat';
export const CONTROLS = [CURTAILMENT, SCHEDULE, CANCEL, NONE, HEARTBEAT];
export const RESTRICTION = 'loadgate/v1/home-1/control/restriction';
export const FEEDER = 'loadgate/v1/areas/feeder-7/restriction';
export const ALL = [...CONTROLS, RESTRICTION, FEEDER, TRUST_TOPIC];

/** Of one home, whose supply is connected to distributor 12. */
export const KEYS = makeKeys();

/** The midnight at which the stepped clock starts. */
const MIDNIGHT = '2026-01-05T00:00:00Z';
const HEAD = { gatewayId: 'home-1', issuedAt: MIDNIGHT };

export const REQUEST = {
  schema: 'loadgate.curtailment/1',
  ...HEAD,
  id: 'evening-1',
  direction: 'import',
  basis: 'phaseCurrentA',
  ceiling: 0,
  durationSeconds: 60,
  reason: 'evening peak',
};

export const PLAN = {
  schema: 'loadgate.curtailment-schedule/1',
  ...HEAD,
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

export const CANCELLATION = {
  schema: 'loadgate.curtailment-cancel/1',
  ...HEAD,
  id: 'evening-1',
  reason: 'over',
};

export const NO_CURTAILMENT = {
  schema: 'loadgate.no-curtailment/1',
  ...HEAD,
  id: 'back-1',
  reason: 'back in service',
};

export const BEAT = {
  schema: 'loadgate.heartbeat/1',
  gatewayId: 'home-1',
  sentAt: MIDNIGHT,
  sequence: 1,
};

/** A valid message for each of CONTROLS. */
export const VALID = [REQUEST, PLAN, CANCELLATION, NO_CURTAILMENT, BEAT];

export const NOTICE = {
  schema: 'loadgate.restriction-notice/1',
  noticeId: 'notice-1',
  issuer: '12',
  area: { kind: 'feeder', areaId: 'feeder-7' },
  sequence: 1,
  issuedAt: MIDNIGHT,
  reason: 'transformer at its limit',
  measure: { kind: 'importCeiling', basis: 'phaseCurrentA', ceiling: 16 },
  durationSeconds: 1_800,
  expiresAt: '2026-01-05T00:10:00Z',
  basis: {
    flexibilityService: 'evening turn-down',
    cause: 'flexibilityFailed',
    established: 'measured at the substation',
    customersToldAt: '2026-01-04T23:00:00Z',
    suppliersToldAt: '2026-01-04T23:00:00Z',
  },
  rehearsal: false,
};

export const NOTICE_CANCEL = {
  schema: 'loadgate.restriction-cancel/1',
  issuer: '12',
  area: NOTICE.area,
  sequence: 2,
  issuedAt: MIDNIGHT,
  reason: 'load has gone',
  cancels: { noticeId: 'notice-1', sha256: 'a'.repeat(64) },
};

/** An inbox that a test sends commands to, and what it makes of them. */
export class InboxDesk {
  readonly clock = new SteppedClock();
  readonly obeyed: { limits: readonly Limit[]; id: string }[] = [];
  readonly cancelled: string[] = [];
  readonly events: DomainEvent[] = [];
  readonly restrictions: SignedCommand[] = [];
  readonly refusals: RefusedRestriction[] = [];
  readonly bundles: { bundle: TrustBundle; jws: string }[] = [];
  heartbeats = 0;
  readonly #bus = new HandBus();

  /** Of a home that is connected to distributor 12 by feeder 7, unless its site plan names no supply. */
  open(change: Partial<InboxOptions> = {}, { hasSupply = true } = {}): RecordingLog {
    const log = new RecordingLog();
    new Inbox({
      gatewayId: 'home-1',
      bus: this.#bus,
      clock: this.clock,
      log,
      circuits: [{ circuitId: 'cutOut', ratingA: 60, derating: 1 }],
      ...(hasSupply && { distributor: '12' }),
      areaIds: ['feeder-7'],
      trust: KEYS.trust,
      verify: createSignatureReader(),
      onControl: async (limits, id) => {
        this.obeyed.push({ limits, id });
      },
      onCancel: async (id) => {
        this.cancelled.push(id);
      },
      whyNoControl: () => undefined,
      onHeartbeat: async () => {
        this.heartbeats += 1;
      },
      onRestriction: async (signed) => {
        this.restrictions.push(signed);
      },
      onRestrictionRefused: async (refusal) => {
        this.refusals.push(refusal);
      },
      onTrust: async (bundle, jws) => {
        this.bundles.push({ bundle, jws });
      },
      onEvent: (event) => this.events.push(event),
      ...change,
    });
    return log;
  }

  /** Signed by the controlling party. Resolves when the broker would hear the acknowledgement. */
  receive(message: unknown, topic = CURTAILMENT): Promise<void> {
    return this.receiveBytes(KEYS.party.sign(message), topic);
  }

  /** A restriction command, signed by the distributor. */
  receiveNotice(command: unknown, signer: TestSigner = KEYS.distributor, topic = FEEDER): Promise<void> {
    return this.receiveBytes(signer.sign(command), topic);
  }

  /** As it is. */
  async receiveBytes(bytes: string | Uint8Array, topic = CURTAILMENT, isRetained?: true): Promise<void> {
    const handle = this.#bus.handlers.get(topic);
    if (handle === undefined) throw new Error(`nothing listens to ${topic}`);
    await handle({ topic, payload: Buffer.from(bytes), ...(isRetained && { isRetained }) });
  }

  /** Nothing of what came was obeyed. */
  hasObeyedNothing(): boolean {
    const { obeyed, cancelled, heartbeats, restrictions, bundles } = this;
    return heartbeats + [obeyed, cancelled, restrictions, bundles].flat().length === 0;
  }

  causes(): readonly string[] {
    return this.events.map((event) => (event.kind === 'controlRefused' ? event.cause : event.kind));
  }
}

import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { type ReceiptMessage, receiptSchema } from '../../../src/contract/receipt.ts';
import type { RestrictionNoticeMessage } from '../../../src/contract/restriction.ts';
import { areaTopicOf, topicOf } from '../../../src/contract/topics.ts';
import { mpanOf } from '../../fleet/mpan.ts';
import { giveConsents } from '../../support/consents.ts';
import { makeKeys, writeTrust } from '../../support/keys.ts';
import type { HomeUnderTest } from '../../support/processes/homeUnderTest.ts';
import type { Mosquitto } from '../../support/processes/mosquitto.ts';
import type { TestBed } from '../../support/processes/testBed.ts';
import { sleep, until } from '../../support/processes/waiting.ts';
import { MovableWallClock } from '../../support/processes/wallClock/movableWallClock.ts';

export const DURATION_S = 24;
/** What is not on the disk may be lost: decisions are gathered for this long (journal.segmentMs). */
export const UNRECORDED_S = 5;
const CEILING_A = 8;
const AREA = 'feeder-1';
const DISTRIBUTOR = '12';
const QUIET_NIGHT_MS = Date.UTC(2006, 11, 24, 3, 0);
const LOOK_EVERY_MS = 100;
/** A broker that comes back is found within a minute. */
const RECEIPTED_WITHIN_MS = 75_000;

/** How a restriction went, as an outsider saw it. */
export interface Course {
  /** From the first look at which it was in force to the last, whatever lay between. */
  readonly lastedS: number;
  /** Highest current that the charge point allowed from when it had followed until the end. */
  readonly highestPilotA: number;
}

/** A real gateway at a simulated house, in real time, with a wall clock that can be set. */
export class RestrictedHome {
  readonly clock: MovableWallClock;
  readonly broker: Mosquitto;
  readonly receipts: ReceiptMessage[] = [];
  readonly #seen = new Set<string>();
  readonly #home: HomeUnderTest;
  readonly #desk: mqtt.MqttClient;
  readonly #sign: (payload: object) => string;

  private constructor(parts: {
    readonly clock: MovableWallClock;
    readonly broker: Mosquitto;
    readonly home: HomeUnderTest;
    readonly desk: mqtt.MqttClient;
    readonly sign: (payload: object) => string;
  }) {
    this.clock = parts.clock;
    this.broker = parts.broker;
    this.#home = parts.home;
    this.#desk = parts.desk;
    this.#sign = parts.sign;
    parts.desk.on('message', (_topic, payload) => this.#hear(payload.toString()));
  }

  /** Its gateway has not been started. */
  static async open(bed: TestBed, name: string): Promise<RestrictedHome> {
    const keys = makeKeys({ distributors: [DISTRIBUTOR] });
    const clock = new MovableWallClock(bed.makeFolder('clock'));
    const broker = await bed.openBroker();
    const home = await bed.openHome({
      name,
      startAtMs: QUIET_NIGHT_MS,
      brokerUrl: broker.url,
      environment: clock.environment,
      settings: {
        ...writeTrust(bed.makeFolder('trust'), keys),
        journal: { segmentMs: UNRECORDED_S * 1_000 },
      },
    });
    const supply = { mpan: mpanOf(DISTRIBUTOR, 1), areas: [AREA] };
    const restriction = { consentText: 'restriction-1', objection: 'call 105' };
    home.writePlan({ ...home.plan, supply, restriction });
    const desk = await mqtt.connectAsync(broker.url, {
      protocolVersion: 5,
      clientId: 'desk',
      clean: false,
      reconnectPeriod: 100,
      properties: { sessionExpiryInterval: 3_600 },
    });
    desk.on('error', () => undefined);
    bed.onClose(() => desk.endAsync(true));
    const opened = new RestrictedHome({
      clock,
      broker,
      home,
      desk,
      sign: (payload) => keys.distributor.sign(payload),
    });
    await desk.subscribeAsync(topicOf(name, 'receipts'), { qos: 1 });
    return opened;
  }

  /** Starts the gateway, gives consent and waits until the car charges with more than a notice will leave. */
  async charge(): Promise<void> {
    await this.#home.gateway.start();
    await giveConsents(this.#home.gateway, ['dnoRestriction']);
    await this.#home.house.plugIn();
    await until('the car may charge with more', async () => (await this.#pilotA()) > CEILING_A + 2, {
      withinMs: 90_000,
    });
  }

  /** Publishes a notice that begins on receipt and waits until it is in force and has taken effect. */
  async restrict(): Promise<void> {
    const nowMs = Date.now();
    const iso = (offsetMs: number): string => new Date(nowMs + offsetMs).toISOString();
    const notice: RestrictionNoticeMessage = {
      schema: 'loadgate.restriction-notice/1',
      noticeId: 'endures',
      issuer: DISTRIBUTOR,
      area: { kind: 'feeder', areaId: AREA },
      sequence: 1,
      issuedAt: iso(0),
      reason: 'the feeder is overloaded',
      measure: { kind: 'chargePointCeiling', ceilingA: CEILING_A },
      durationSeconds: DURATION_S,
      expiresAt: iso(600_000),
      basis: {
        flexibilityService: 'evening peak',
        cause: 'flexibilityFailed',
        established: 'measured at the substation',
        customersToldAt: iso(-60_000),
        suppliersToldAt: iso(-60_000),
      },
      rehearsal: false,
    };
    await this.#desk.publishAsync(areaTopicOf(AREA), this.#sign(notice), { qos: 1 });
    await until('the notice is in force', async () => (await this.#state()) === 'inForce');
  }

  /** Watches the notice that is in force while something happens to the gateway, to its end. */
  async watch(happens: () => Promise<void>): Promise<Course> {
    const firstMs = performance.now();
    let lastMs = firstMs;
    let highestPilotA = 0;
    let hasFollowed = false;
    const happening = happens();
    for (;;) {
      const [state, pilotA] = await Promise.all([this.#state(), this.#pilotA()]);
      hasFollowed ||= pilotA <= CEILING_A;
      if (state === 'inForce') lastMs = performance.now();
      // While the gateway does not answer it is not over: nothing may have widened.
      if (state === 'over') break;
      if (hasFollowed) highestPilotA = Math.max(highestPilotA, pilotA);
      if (performance.now() - firstMs > 5 * DURATION_S * 1_000) throw new Error('the notice does not end');
      await sleep(LOOK_EVERY_MS);
    }
    await happening;
    return { lastedS: (lastMs - firstMs) / 1_000, highestPilotA };
  }

  async kill(): Promise<void> {
    await this.#home.gateway.kill();
  }

  async startAgain(): Promise<void> {
    await this.#home.gateway.start();
  }

  async clockLevel(): Promise<string | undefined> {
    return (await this.#home.gateway.status())?.clockLevel;
  }

  /** What is on the disk now, to be put back after a power cut. */
  copyState(): () => void {
    const { stateDirectory, folder } = this.#home;
    const copy = join(folder, 'copy');
    cpSync(stateDirectory, copy, { recursive: true });
    return () => {
      rmSync(stateDirectory, { recursive: true });
      cpSync(copy, stateDirectory, { recursive: true });
    };
  }

  /** How often each status was receipted. */
  async receipted(statuses: readonly ReceiptMessage['status'][]): Promise<readonly number[]> {
    const counts = (): readonly number[] =>
      statuses.map((status) => this.receipts.filter((one) => one.status === status).length);
    await until(`receipts ${statuses.join(', ')}`, () => counts().every((count) => count > 0), {
      withinMs: RECEIPTED_WITHIN_MS,
    });
    return counts();
  }

  /** Nothing while the gateway does not answer. */
  async #state(): Promise<'inForce' | 'over' | undefined> {
    const status = await this.#home.gateway.status();
    if (status === undefined || status.cycle.count === 0) return undefined;
    const isInForce = status.restrictions.some(({ state }) => state === 'inForce');
    return isInForce ? 'inForce' : 'over';
  }

  async #pilotA(): Promise<number> {
    const { chargePoints } = await this.#home.house.truth();
    return chargePoints['charge-point']?.pilotA ?? Number.NaN;
  }

  #hear(text: string): void {
    const { outboxId, sequence, body } = JSON.parse(text);
    const key = `${outboxId} ${sequence}`;
    const payload = JSON.parse(Buffer.from(body.jws.split('.')[1], 'base64url').toString());
    if (payload.schema !== 'loadgate.receipt/1' || this.#seen.has(key)) return;
    this.#seen.add(key);
    this.receipts.push(receiptSchema.parse(payload));
  }
}

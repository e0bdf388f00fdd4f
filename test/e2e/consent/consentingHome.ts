import mqtt from 'mqtt';
import { areaTopicOf } from '../../../src/contract/topics.ts';
import type { ConsentPurpose } from '../../../src/domain/consent.ts';
import { makeKeys, type TestKeys, writeTrust } from '../../support/keys.ts';
import type { HomeUnderTest } from '../../support/processes/homeUnderTest.ts';
import type { Mosquitto } from '../../support/processes/mosquitto.ts';
import type { TestBed } from '../../support/processes/testBed.ts';
import { until } from '../../support/processes/waiting.ts';
import type { JsonObject } from '../../support/wire/contractFiles.ts';
import type { WireWatch } from '../../support/wire/wireWatch.ts';
import { readOutboxFile } from './outboxFile.ts';
import { OBJECTION, WISH_WH } from './traces.ts';

const SPEED = 40;
const NAME = 'consenting';
const DISTRIBUTOR = '20';
const AREA = 'feeder-12';
const HOUR_MS = 3_600_000;
const NOTICE_S = 1_800;
/** Real time: more than an interval of telemetry. */
const PASS_MS = 2_000;
const UPWARD = new RegExp(`^loadgate/v1/${NAME}/(receipts|events|telemetry|status)$`);
const PATIENCE = { withinMs: 40_000, everyMs: 50 };

/** A home that charges, wishes and is restricted, so that messages of every purpose leave it; and all that leaves it. */
export class ConsentingHome {
  readonly broker: Mosquitto;
  readonly home: HomeUnderTest;
  readonly watch: WireWatch;
  readonly #desk: mqtt.MqttClient;
  readonly #keys: TestKeys;
  #notices = 0;

  private constructor(parts: {
    readonly broker: Mosquitto;
    readonly home: HomeUnderTest;
    readonly watch: WireWatch;
    readonly desk: mqtt.MqttClient;
    readonly keys: TestKeys;
  }) {
    this.broker = parts.broker;
    this.home = parts.home;
    this.watch = parts.watch;
    this.#desk = parts.desk;
    this.#keys = parts.keys;
  }

  static async open(bed: TestBed): Promise<ConsentingHome> {
    const keys = makeKeys({ distributors: [DISTRIBUTOR] });
    const broker = await bed.openBroker();
    const home = await bed.openHome({
      name: NAME,
      speed: SPEED,
      brokerUrl: broker.url,
      settings: writeTrust(bed.makeFolder('trust'), keys),
    });
    home.writePlan({ ...home.plan, restriction: { ...home.plan.restriction, objection: OBJECTION } });
    await home.house.plugIn();
    const desk = await mqtt.connectAsync(broker.url, { protocolVersion: 5, reconnectPeriod: 50 });
    desk.on('error', () => undefined);
    bed.onClose(() => desk.endAsync(true));
    await home.gateway.start();
    return new ConsentingHome({ broker, home, watch: bed.watchOf(broker), desk, keys });
  }

  /** Where the next message will stand. */
  here(): number {
    return this.watch.messages.length;
  }

  /** What has left the house from a place on. */
  since(place: number): readonly JsonObject[] {
    const upward = this.watch.messages.slice(place).filter(({ topic }) => UPWARD.test(topic));
    return upward.flatMap(({ objects }) => objects);
  }

  outbox(): readonly JsonObject[] {
    return readOutboxFile(this.home.stateDirectory);
  }

  /** At the box itself. What is on its way is not called back by it. */
  async say(purpose: ConsentPurpose, action: 'given' | 'withdrawn'): Promise<void> {
    const said = { person: 'main', how: 'commandLine', text: '', evidence: '', until: '' };
    await this.home.gateway.choose('/consent', { ...said, purpose, action });
  }

  /** Whatever else somebody says about consent brings a status at once. */
  async wantStatus(): Promise<void> {
    await this.say('research', 'withdrawn');
    await this.say('research', 'given');
  }

  /** Waits a while more, in which whatever is sent now and then is sent too. */
  async pass(from: number): Promise<void> {
    const fromMs = performance.now();
    await until(
      'some more messages',
      () => this.here() >= from + 2 && performance.now() - fromMs > PASS_MS,
      PATIENCE,
    );
  }

  /** Waits for a message behind a place. @returns the place behind it */
  async come(what: string, from: number, is: (object: JsonObject) => boolean): Promise<number> {
    const find = (): number | undefined => {
      const found = this.watch.messages.slice(from).findIndex(({ objects }) => objects.some(is));
      return found < 0 ? undefined : from + found + 1;
    };
    return (await until(what, find, PATIENCE)).answer;
  }

  /** Wishes for energy and a boost, which last longer than the test. */
  async wish(): Promise<void> {
    const departure = String((await this.#utcMs()) + 24 * HOUR_MS);
    await this.home.gateway.choose('/ready-by', {
      load: 'charge-point',
      departure,
      energyWh: String(WISH_WH),
    });
    await this.home.gateway.choose('/boost', { load: 'charge-point', minutes: '1200' });
  }

  /** By a notice of the distributor; waits until it is in force. */
  async restrict(): Promise<void> {
    const nowMs = await this.#utcMs();
    const iso = (offsetMs: number): string => new Date(nowMs + offsetMs).toISOString();
    this.#notices += 1;
    const notice = {
      schema: 'loadgate.restriction-notice/1',
      noticeId: `consent-${this.#notices}`,
      issuer: DISTRIBUTOR,
      area: { kind: 'feeder', areaId: AREA },
      sequence: this.#notices,
      issuedAt: iso(0),
      reason: 'the feeder is overloaded',
      measure: { kind: 'chargePointCeiling', ceilingA: 10 },
      durationSeconds: NOTICE_S,
      expiresAt: iso(HOUR_MS),
      basis: {
        flexibilityService: 'evening peak',
        cause: 'flexibilityFailed',
        established: 'measured at the substation',
        customersToldAt: iso(-60_000),
        suppliersToldAt: iso(-60_000),
      },
      rehearsal: false,
    };
    const from = this.here();
    await this.#desk.publishAsync(areaTopicOf(AREA), this.#keys.distributor.sign(notice), { qos: 1 });
    await this.come('the restriction', from, (object) => kindOf(object) === 'restrictionStarted');
  }

  /** Takes the broker away, and waits until the home knows why it is alone. */
  async loseBroker(): Promise<void> {
    await this.broker.kill();
    const isKnown = async (): Promise<boolean> =>
      (await this.home.gateway.status())?.network?.brokenRung === 'brokerTcp';
    await until('the broken rung is known', isKnown, PATIENCE);
  }

  async killGateway(): Promise<void> {
    await this.home.gateway.kill();
    this.home.gateway.launch();
    await this.home.gateway.standing();
  }

  async #utcMs(): Promise<number> {
    const status = await this.home.gateway.status();
    if (status === undefined) throw new Error('the gateway does not answer');
    return Date.parse(status.at);
  }
}

/** Of the body of an event. */
export function kindOf({ body }: JsonObject): unknown {
  return (body as JsonObject | undefined)?.kind;
}

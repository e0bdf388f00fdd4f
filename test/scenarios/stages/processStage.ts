import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';
import type { Truth } from '../../../firmware-sim/truth.ts';
import { connectSite } from '../../../src/cli/demo/demoSite.ts';
import { type GatewayTopicName, topicOf } from '../../../src/contract/topics.ts';
import type { DomainEvent } from '../../../src/domain/event.ts';
import { giveConsents } from '../../support/consents.ts';
import { makeKeysFor, signCommand, type TestKeys, writeTrust } from '../../support/keys.ts';
import { GatewayProcess } from '../../support/processes/gatewayProcess.ts';
import type { Mosquitto } from '../../support/processes/mosquitto.ts';
import { SimulatedHouse } from '../../support/processes/simulatedHouse.ts';
import { TestBed } from '../../support/processes/testBed.ts';
import { sleep } from '../../support/processes/waiting.ts';
import { flowsOf, judgementOfStatus, type Observation } from '../observation.ts';
import type { Scenario } from '../scenarioSchema.ts';
import type { Step } from '../stepSchema.ts';
import { consentOf, DistributorDesk, type RestrictionMessage } from './distributorDesk.ts';
import { houseCommandOf } from './houseCommands.ts';
import type { Stage } from './stage.ts';
import {
  buildAtMs,
  cancelOf,
  ENGINEER_PIN,
  heartbeatOf,
  noneOf,
  planFileOf,
  planOf,
  requestOf,
} from './story.ts';

const GATEWAY_ID = 'story';
/** Real seconds that processes may take to stand before the warm-up of the story begins. */
const START_UP_S = 6;

/** Starting processes is what costs most, and would starve the homes that run already: one home after the other. */
let lastStart: Promise<unknown> = Promise.resolve();

/** Simulator, gateway and broker as processes of their own, on real wires and in real time, faster by the story's speed. */
export class ProcessStage implements Stage {
  readonly #scenario: Scenario;
  readonly #bed = new TestBed();
  readonly #leadS: number;
  readonly #name: string;
  readonly #gateway: GatewayProcess;
  readonly #folder: string;
  readonly #keys: TestKeys;
  #startedHouse: SimulatedHouse | undefined;
  #broker: Mosquitto | undefined;
  #desk: mqtt.MqttClient | undefined;
  readonly #seenEvents = new Set<number>();
  #events: DomainEvent[] = [];
  #curtailmentId = '';
  readonly #distributor = new DistributorDesk();
  #heartbeats = 0;
  #isAlive = false;

  constructor(name: string, scenario: Scenario) {
    this.#name = name;
    this.#scenario = scenario;
    this.#keys = makeKeysFor(planOf(scenario));
    this.#leadS = scenario.warmUpS + START_UP_S * scenario.speed;
    this.#folder = this.#bed.makeFolder('home');
    this.#gateway = new GatewayProcess({ name, folder: this.#folder });
    this.#bed.onClose(() => this.#gateway.kill());
  }

  async open(): Promise<void> {
    const start = lastStart.then(() => this.#start());
    lastStart = start.catch(() => undefined);
    await start;
    const stoodAtS = secondOf(await this.#house.truth(), this.#leadS);
    if (stoodAtS > -this.#scenario.warmUpS) {
      throw new Error(`the processes stood only at second ${stoodAtS.toFixed(0)}: this machine is too busy`);
    }
    await this.reach(0);
  }

  async reach(atS: number): Promise<void> {
    for (;;) {
      const leftS = atS - secondOf(await this.#house.truth(), this.#leadS);
      if (leftS <= 0) return;
      await sleep(Math.ceil((leftS * 1_000) / this.#scenario.speed));
    }
  }

  async take(step: Step): Promise<void> {
    const command = houseCommandOf(step);
    if (command !== undefined) return this.#house.command(command);
    switch (step.do) {
      case 'curtail': {
        const request = requestOf(step);
        this.#curtailmentId = request.id;
        return this.#send('curtailment', request);
      }
      case 'noCurtailment':
        return this.#send('noCurtailment', noneOf(step.atS));
      case 'cancelCurtailment':
        return this.#send('curtailmentCancel', cancelOf(this.#curtailmentId));
      case 'heartbeat':
        this.#heartbeats += 1;
        return this.#send('heartbeat', heartbeatOf(this.#heartbeats, await this.#utcMs()));
      case 'send':
        // As a rule something that is to be refused.
        return this.#send(step.topic, step.body, { mayBeWrong: true });
      case 'restrict':
        return this.#restrict(this.#distributor.noticeOf(step, await this.#utcMs()));
      case 'cancelRestriction':
        return this.#restrict(this.#distributor.cancelOf(step.withProof, await this.#utcMs()));
      case 'consent': {
        const { textVersion: text, ...wish } = consentOf(step.is);
        return this.#gateway.choose('/consent', { ...wish, text });
      }
      case 'boost':
        return this.#gateway.choose('/boost', { load: step.load, minutes: String(step.minutes) });
      case 'chooseHours':
        return this.#gateway.choose('/hours', { hours: step.hours });
      case 'resetLockOut':
        return this.#gateway.choose('/reset-lockout', { by: step.by, pin: ENGINEER_PIN });
      case 'broker':
        return step.is === 'up' ? this.#broker?.start() : this.#broker?.kill();
      case 'gateway':
        if (step.is === 'killed') await this.#gateway.kill();
        return this.#setAlive(step.is === 'started');
      default:
        throw new Error(`there is no way to ${step.do} at processes`);
    }
  }

  async look(): Promise<Observation> {
    const [truth, status] = await Promise.all([
      this.#house.truth(),
      this.#isAlive ? this.#gateway.status() : undefined,
    ]);
    if (this.#isAlive && this.#gateway.process.diedByItself) throw new Error(this.#gateway.process.account());
    const judgement = status === undefined ? {} : { judgement: judgementOfStatus(status) };
    const atS = secondOf(truth, this.#leadS);
    return { atS, ...flowsOf(truth), ...judgement, events: this.#events.splice(0) };
  }

  async close(): Promise<void> {
    await this.#desk?.endAsync(true);
    await this.#bed.close();
  }

  get #house(): SimulatedHouse {
    if (this.#startedHouse === undefined) throw new Error(`the house of ${this.#name} was never started`);
    return this.#startedHouse;
  }

  async #start(): Promise<void> {
    const { home, speed } = this.#scenario;
    this.#broker = await this.#bed.openBroker();
    this.#desk = await this.#openDesk(this.#broker.url);
    const house = new SimulatedHouse({
      name: this.#name,
      logFile: join(this.#folder, 'house.log'),
      home,
      speed,
      startAtMs: buildAtMs(this.#scenario) - START_UP_S * speed * 1_000,
    });
    this.#startedHouse = house;
    this.#bed.onClose(() => house.process.kill());
    await this.#writeConfiguration(this.#broker.url);
    this.#setAlive(true);
    await this.#gateway.standing();
    await giveConsents(this.#gateway);
  }

  #setAlive(isAlive: boolean): void {
    this.#isAlive = isAlive;
    if (isAlive) this.#gateway.launch();
  }

  async #writeConfiguration(brokerUrl: string): Promise<void> {
    const { speed } = this.#scenario;
    const { devices, lines } = connectSite(planOf(this.#scenario), await this.#house.endpoints());
    const settings = {
      gatewayId: GATEWAY_ID,
      sitePlan: 'site.jsonc',
      stateDirectory: 'state',
      runtimeDirectory: 'run',
      broker: { url: brokerUrl },
      ...writeTrust(this.#folder, this.#keys),
      simulation: { speed },
    };
    writeFileSync(
      join(this.#folder, 'site.jsonc'),
      JSON.stringify({ ...planFileOf(this.#scenario), devices, lines }),
    );
    writeFileSync(join(this.#folder, 'loadgate.jsonc'), JSON.stringify(settings));
  }

  /** The desk of the back office: it hears the events and sends commands; it comes back when the broker does. */
  async #openDesk(url: string): Promise<mqtt.MqttClient> {
    const client = await mqtt.connectAsync(url, {
      protocolVersion: 5,
      clientId: 'desk',
      clean: false,
      reconnectPeriod: 100,
      properties: { sessionExpiryInterval: 3_600 },
    });
    client.on('error', () => undefined);
    client.on('message', (_topic, payload) => {
      const { sequence, body } = JSON.parse(payload.toString());
      if (this.#seenEvents.has(sequence)) return;
      this.#seenEvents.add(sequence);
      this.#events.push(body);
    });
    await client.subscribeAsync(topicOf(GATEWAY_ID, 'events'), { qos: 1 });
    return client;
  }

  /** What the clock of the gateway shows. */
  async #utcMs(): Promise<number> {
    const status = await this.#gateway.status();
    return status === undefined ? Date.now() : Date.parse(status.at);
  }

  async #restrict(message: RestrictionMessage): Promise<void> {
    const jws = this.#keys.distributor.sign(message);
    this.#distributor.sent(message, jws);
    await this.#desk?.publishAsync(topicOf(GATEWAY_ID, 'restriction'), jws, { qos: 1 });
  }

  async #send(name: GatewayTopicName, body: object, { mayBeWrong = false } = {}): Promise<void> {
    const text = this.#scenario.signed
      ? signCommand(this.#keys, name, body, { gatewayId: GATEWAY_ID, utcMs: await this.#utcMs() })
      : JSON.stringify(body);
    if (this.#broker !== undefined && (mayBeWrong || !this.#scenario.signed)) {
      this.#bed.watchOf(this.#broker).letPass(text);
    }
    await this.#desk?.publishAsync(topicOf(GATEWAY_ID, name), text, { qos: 1 });
  }
}

function secondOf(truth: Truth, leadS: number): number {
  return truth.simulatedSeconds - leadS;
}

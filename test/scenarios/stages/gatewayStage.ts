import { tellTruth } from '../../../firmware-sim/truth.ts';
import { isPin } from '../../../src/adapters/system/engineerPin.ts';
import type { TopicName } from '../../../src/contract/topics.ts';
import type { DomainEvent } from '../../../src/domain/event.ts';
import { openConsentDoors } from '../../../src/gateway/consentDoors.ts';
import { type OwnerDoors, openOwnerDoors } from '../../../src/gateway/ownerDoors.ts';
import { BackOffice } from '../../support/backOffice.ts';
import { SteppedHome } from '../../support/steppedHome.ts';
import { flowsOf, judgementOfStatus, type Observation } from '../observation.ts';
import type { Scenario } from '../scenarioSchema.ts';
import type { Step } from '../stepSchema.ts';
import { consentOf, DistributorDesk, type RestrictionMessage } from './distributorDesk.ts';
import { houseCommandOf } from './houseCommands.ts';
import type { Stage } from './stage.ts';
import { tellHouse } from './steppedHouse.ts';
import {
  buildAtMs,
  cancelOf,
  ENGINEER_PIN,
  heartbeatOf,
  noneOf,
  planOf,
  requestOf,
  scheduleOf,
} from './story.ts';

/** The real gateway, store, inbox and postman on a stepped clock; only wires and broker are left out. */
export class GatewayStage implements Stage {
  readonly #scenario: Scenario;
  readonly #backOffice = new BackOffice();
  readonly #stepped: SteppedHome;
  readonly #seenEvents = new Set<number>();
  #messagesRead = 0;
  #curtailmentId = '';
  readonly #distributor = new DistributorDesk();
  #heartbeats = 0;
  #isAlive = false;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#stepped = new SteppedHome({
      homeName: scenario.home,
      startAtMs: buildAtMs(scenario),
      backOffice: this.#backOffice,
      randomOffsetS: scenario.randomOffsetS,
      site: planOf(scenario),
    });
  }

  async open(): Promise<void> {
    this.#setAlive(true);
    await this.reach(0);
  }

  async reach(atS: number): Promise<void> {
    const { clock, home } = this.#stepped;
    await clock.advance((this.#scenario.warmUpS + atS) * 1_000 - clock.runningMs());
    home.advanceTo(clock.now().utcMs);
  }

  async take(step: Step): Promise<void> {
    const { home, clock } = this.#stepped;
    const command = houseCommandOf(step);
    if (command !== undefined) return tellHouse(home, command, clock.now().utcMs);
    const utcMs = clock.now().utcMs + this.#stepped.wallClockOffsetMs;
    switch (step.do) {
      case 'curtail':
        return this.#control('curtailment', requestOf(step));
      case 'schedule':
        return this.#control('curtailmentSchedule', scheduleOf(step, utcMs));
      case 'noCurtailment':
        return this.#send('noCurtailment', noneOf(step.atS));
      case 'cancelCurtailment':
        return this.#send('curtailmentCancel', cancelOf(this.#curtailmentId));
      case 'heartbeat':
        this.#heartbeats += 1;
        return this.#send('heartbeat', heartbeatOf(this.#heartbeats, utcMs));
      case 'send':
        return this.#send(step.topic, step.body);
      case 'restrict':
        return this.#restrict(this.#distributor.noticeOf(step, utcMs));
      case 'cancelRestriction':
        return this.#restrict(this.#distributor.cancelOf(step.withProof, utcMs));
      case 'consent': {
        const { gateway } = this.#stepped;
        openConsentDoors({ agreement: gateway.agreement, clock }).choose(consentOf(step.is));
        return;
      }
      case 'boost':
        return this.#asOwner((doors) => doors.boost(step.load, step.minutes));
      case 'chooseHours':
        return this.#asOwner((doors) => doors.chooseHours(step.hours));
      case 'resetLockOut':
        return this.#asOwner((doors) => doors.resetLockOut(step.by, ENGINEER_PIN));
      case 'broker':
        return this.#backOffice.setThere(step.is === 'up');
      case 'gateway':
        return this.#setAlive(step.is === 'started');
      case 'clock':
        if (step.level !== undefined) clock.clockLevel = step.level;
        this.#stepped.wallClockOffsetMs += (step.stepS ?? 0) * 1_000;
        return;
      default:
        throw new Error(`the gateway has nothing for ${step.do}`);
    }
  }

  async look(): Promise<Observation> {
    const { clock, home } = this.#stepped;
    const judgement = this.#isAlive ? { judgement: judgementOfStatus(this.#stepped.gateway.status()) } : {};
    const atS = clock.runningMs() / 1_000 - this.#scenario.warmUpS;
    return { atS, ...flowsOf(tellTruth(home)), ...judgement, events: this.#newEvents() };
  }

  async close(): Promise<void> {
    this.#stepped.remove();
  }

  async #send(name: TopicName, body: object): Promise<void> {
    await this.#stepped.command(name, body, { isSigned: this.#scenario.signed });
  }

  async #restrict(message: RestrictionMessage): Promise<void> {
    this.#distributor.sent(message, await this.#stepped.command('restriction', message));
  }

  #control(name: TopicName, request: { readonly id: string }): Promise<void> {
    this.#curtailmentId = request.id;
    return this.#send(name, request);
  }

  /** A refusal is a part of the story: it shows in what is seen after it. */
  #asOwner(choose: (doors: OwnerDoors) => unknown): void {
    const { gateway, site, clock } = this.#stepped;
    choose(openOwnerDoors({ gateway, site, clock, isPin }));
  }

  #setAlive(isAlive: boolean): void {
    this.#isAlive = isAlive;
    if (isAlive) this.#stepped.start();
    else this.#stepped.kill();
  }

  #newEvents(): readonly DomainEvent[] {
    const arrived = this.#backOffice.received.slice(this.#messagesRead);
    this.#messagesRead += arrived.length;
    return arrived.flatMap(({ stream, sequence, payload }) => {
      if (stream !== 'events' || this.#seenEvents.has(sequence)) return [];
      this.#seenEvents.add(sequence);
      return [JSON.parse(payload).body as DomainEvent];
    });
  }
}

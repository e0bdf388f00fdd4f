import { tellTruth } from '../../../firmware-sim/truth.ts';
import type { DomainEvent } from '../../../src/domain/event.ts';
import { BackOffice } from '../../support/backOffice.ts';
import { SteppedHome } from '../../support/steppedHome.ts';
import { flowsOf, judgementOfStatus, type Observation } from '../observation.ts';
import type { Scenario, Step } from '../scenarioSchema.ts';
import type { Stage } from './stage.ts';
import { clearFaults, moveCar, setFault } from './steppedHouse.ts';
import { adaptPlan, buildAtMs, cancelOf, requestOf } from './story.ts';

/** The real gateway, store, inbox and postman on a stepped clock; only wires and broker are left out. */
export class GatewayStage implements Stage {
  readonly #scenario: Scenario;
  readonly #backOffice = new BackOffice();
  readonly #stepped: SteppedHome;
  readonly #seenEvents = new Set<number>();
  #messagesRead = 0;
  #curtailmentId = '';
  #isAlive = false;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#stepped = new SteppedHome({
      homeName: scenario.home,
      startAtMs: buildAtMs(scenario),
      backOffice: this.#backOffice,
      acceptUnsignedCurtailment: scenario.acceptUnsignedCurtailment,
      randomOffsetS: scenario.randomOffsetS,
      adaptPlan: (plan) => adaptPlan(plan, scenario.plan),
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
    const atMs = clock.now().utcMs;
    switch (step.do) {
      case 'fault':
        return setFault(home, step.device, step.fault, atMs);
      case 'clearFaults':
        return clearFaults(home, atMs);
      case 'plugIn':
      case 'plugOut':
        return moveCar(home, step.do, step.device);
      case 'curtail': {
        const request = requestOf(step);
        this.#curtailmentId = request.id;
        return this.#stepped.command('curtailment', request);
      }
      case 'cancelCurtailment':
        return this.#stepped.command('curtailmentCancel', cancelOf(this.#curtailmentId));
      case 'broker':
        return this.#backOffice.setThere(step.is === 'up');
      case 'gateway':
        return this.#setAlive(step.is === 'started');
      case 'clock':
        clock.clockLevel = step.level;
        return;
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

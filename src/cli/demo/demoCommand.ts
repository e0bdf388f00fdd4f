import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { readSitePlan } from '../../config/readSitePlan.ts';
import type { Status } from '../../contract/status.ts';
import { topicOf, UPWARD_TOPICS } from '../../contract/topics.ts';
import type { SitePlan } from '../../domain/sitePlan.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Composition, Context, DemoBroker, TopicWatch } from '../context.ts';
import { EXIT_CODES } from '../exitCodes.ts';
import { fetchStatus } from '../localClient.ts';
import { refuse, refuseMistakes, writeJson } from '../report.ts';
import { DemoChild } from './childProcess.ts';
import { giveDemoConsents } from './demoConsents.ts';
import { ceilingsOf, connectSite } from './demoSite.ts';
import { writeDemoTrust } from './demoTrust.ts';
import { HomeView } from './homeView.ts';
import { findProject, SimulatedHome, type Truth } from './simulatedHome.ts';
import { describePosture, describeSummary, summarise } from './summary.ts';

interface DemoOptions {
  readonly home: string;
  readonly speed: number;
  /** Simulated milliseconds; absent: until it is stopped. */
  readonly for?: number;
  readonly start?: number;
  readonly eventful?: number;
  readonly broker?: string;
  readonly keep?: boolean;
  readonly json?: boolean;
}

const GATEWAY_ID = 'demo';
const LOOK_EVERY_MS = 1_000;

/** Runs home, broker and gateway as processes of their own and shows them, for a time or until Ctrl-C. */
export async function demo(command: Command, context: Context): Promise<number> {
  const project = findProject();
  if (project === undefined) {
    const sentence =
      'the demonstration needs the source tree with firmware-sim/, which is not part of a package';
    return refuse(context, 'wrongUsage', sentence);
  }
  const composition = await context.compose();
  const folder = mkdtempSync(join(tmpdir(), 'loadgate-demo-'));
  const options = command.opts<DemoOptions>();
  try {
    return await new Demo({ project, folder, context, composition, options }).run();
  } finally {
    if (options.keep === true)
      context.errorOutput.write(`Site plan, keys, database and logs are kept in ${folder}\n`);
    else rmSync(folder, { recursive: true, force: true });
  }
}

interface DemoParts {
  readonly project: string;
  readonly folder: string;
  readonly context: Context;
  readonly composition: Composition;
  readonly options: DemoOptions;
}

type Ending =
  | { readonly kind: 'reached' | 'interrupted' }
  | { readonly kind: 'died'; readonly sentence: string };

class Demo {
  readonly #parts: DemoParts;
  readonly #clock: Clock;
  #broker: DemoBroker | undefined;
  readonly #watches: TopicWatch[] = [];
  #home: SimulatedHome | undefined;
  #gateway: DemoChild | undefined;
  #messagesReceived = 0;
  /** Counted at the same moment as the gateway's own counters. */
  #receivedAtStatus = 0;
  #hasAgreed = false;
  #status: Status | undefined;

  constructor(parts: DemoParts) {
    this.#parts = parts;
    // The launcher looks and waits in real time; home and gateway run at the speed asked for.
    this.#clock = parts.composition.createClock(1);
  }

  async run(): Promise<number> {
    const { context, options, project } = this.#parts;
    const site = readSitePlan(join(project, 'config', `site.${options.home}.jsonc`));
    if (!site.ok) return refuseMistakes(context, site.mistakes);
    const killAll = (): void => {
      this.#gateway?.kill();
      this.#home?.child.kill();
    };
    process.on('exit', killAll);
    const stopped = new Promise<Ending>((resolve) => {
      const end = context.onStopSignal(() => {
        resolve({ kind: 'interrupted' });
        end();
      });
    });
    try {
      const ceilings = ceilingsOf(site.plan);
      const home = await this.#startHome(ceilings);
      const isStanding = await Promise.race([home.ready, home.child.ended, stopped]);
      if (typeof isStanding === 'string') return refuse(context, 'childDied', isStanding);
      if (isEnding(isStanding)) return EXIT_CODES.interrupted.code;
      const brokerUrl = await this.#startBroker();
      const gateway = await this.#startGateway(connectSite(site.plan, isStanding), brokerUrl);
      const died = Promise.race([home.child.ended, gateway.ended]).then(
        (sentence): Ending => ({ kind: 'died', sentence }),
      );
      const abort = Promise.race([stopped, died]);
      const isTable = context.standardOutput.isTerminal && options.json !== true;
      const view = new HomeView(
        options.json === true ? context.errorOutput : context.standardOutput,
        isTable,
      );
      const ending = await this.#watchHome(home, abort, (truth) =>
        view.show({ truth, status: this.#status, ceilings, messagesReceived: this.#messagesReceived }),
      );
      return await this.#finish(home, gateway, ending);
    } finally {
      process.off('exit', killAll);
      await this.#gateway?.stop(this.#clock);
      await this.#home?.stop(this.#clock);
      for (const watch of this.#watches) await watch.close();
      await this.#broker?.close();
    }
  }

  async #startHome(ceilings: { importCeilingA: number; exportCeilingA?: number }): Promise<SimulatedHome> {
    const { options, folder, project } = this.#parts;
    this.#home = new SimulatedHome(join(project, 'firmware-sim', 'main.ts'), {
      home: options.home,
      speed: options.speed,
      ...(options.start !== undefined && { startUtcMs: options.start }),
      ...(options.eventful !== undefined && { eventful: options.eventful }),
      ...ceilings,
      logFile: join(folder, 'home.log'),
    });
    return this.#home;
  }

  async #startBroker(): Promise<string> {
    const { composition, options } = this.#parts;
    if (options.broker === undefined) this.#broker = await composition.startDemoBroker();
    const url = options.broker ?? this.#broker?.url ?? '';
    for (const topic of sentTopics()) {
      this.#watches.push(await composition.watchTopics(url, topic, () => this.#messagesReceived++));
    }
    return url;
  }

  async #startGateway(plan: SitePlan, brokerUrl: string): Promise<DemoChild> {
    const { folder, options, composition } = this.#parts;
    const settings = {
      gatewayId: GATEWAY_ID,
      sitePlan: 'site.jsonc',
      stateDirectory: 'state',
      runtimeDirectory: 'run',
      broker: { url: brokerUrl, protocolVersion: options.broker === undefined ? '3.1.1' : '5' },
      trust: await writeDemoTrust(folder, plan, composition),
      simulation: { speed: options.speed },
    };
    writeFileSync(join(folder, 'site.jsonc'), JSON.stringify(plan, undefined, 2));
    writeFileSync(join(folder, 'loadgate.jsonc'), JSON.stringify(settings, undefined, 2));
    this.#gateway = new DemoChild({
      name: 'the gateway',
      command: [process.execPath, process.argv[1] ?? '', 'run', '--config', join(folder, 'loadgate.jsonc')],
      logFile: join(folder, 'gateway.log'),
    });
    return this.#gateway;
  }

  /** Looks each second until the simulated time is reached or something ends it before. */
  async #watchHome(
    home: SimulatedHome,
    abort: Promise<Ending>,
    show: (truth: Truth) => void,
  ): Promise<Ending> {
    const { options } = this.#parts;
    const untilS = options.for === undefined ? Number.POSITIVE_INFINITY : options.for / 1_000;
    for (;;) {
      const seen = await Promise.race([home.truth(), abort]);
      if (isEnding(seen)) return seen;
      await this.#askGateway();
      show(seen);
      const leftMs = ((untilS - seen.simulatedSeconds) * 1_000) / options.speed;
      if (leftMs <= 0) return { kind: 'reached' };
      const aborted = await Promise.race([this.#wait(Math.min(LOOK_EVERY_MS, leftMs)), abort]);
      if (aborted !== undefined) return aborted;
    }
  }

  async #askGateway(): Promise<void> {
    const runtimeDirectory = join(this.#parts.folder, 'run');
    const answer = await fetchStatus(runtimeDirectory);
    if (!answer.ok) return;
    this.#hasAgreed ||= await giveDemoConsents(runtimeDirectory);
    this.#status = answer.value;
    this.#receivedAtStatus = this.#messagesReceived;
  }

  #wait(delayMs: number): Promise<undefined> {
    return new Promise((resolve) => {
      this.#clock.after(delayMs, () => resolve(undefined));
    });
  }

  async #finish(home: SimulatedHome, gateway: DemoChild, ending: Ending): Promise<number> {
    const { context, options } = this.#parts;
    if (ending.kind === 'died') return refuse(context, 'childDied', ending.sentence);
    if (this.#status === undefined) {
      return refuse(
        context,
        'gatewayNotRunning',
        'the gateway never answered on its socket; see --keep for its log',
      );
    }
    await this.#askGateway();
    // Two looks: what happens after the stop is the devices' own doing and no part of the summary.
    const before = await Promise.race([home.truth(), home.child.ended]);
    await gateway.stop(this.#clock);
    const after = await Promise.race([home.truth(), home.child.ended]);
    if (typeof before === 'string') return refuse(context, 'childDied', before);
    if (typeof after === 'string') return refuse(context, 'childDied', after);
    const summary = summarise(before, this.#status, this.#receivedAtStatus);
    // The terminal has echoed Ctrl-C on the line where the cursor stands.
    if (ending.kind === 'interrupted' && context.errorOutput.isTerminal) context.errorOutput.write('\n');
    context.errorOutput.write(`${describePosture(after)}\n`);
    if (options.json === true) writeJson(context, summary);
    else context.standardOutput.write(`${describeSummary(summary)}\n`);
    const isCutShort = ending.kind === 'interrupted' && options.for !== undefined;
    return EXIT_CODES[isCutShort ? 'interrupted' : 'ok'].code;
  }
}

/** What the gateway of the demonstration publishes. */
function sentTopics(): readonly string[] {
  return UPWARD_TOPICS.map((name) => topicOf(GATEWAY_ID, name));
}

function isEnding(value: object): value is Ending {
  return (
    'kind' in value && (value.kind === 'reached' || value.kind === 'interrupted' || value.kind === 'died')
  );
}

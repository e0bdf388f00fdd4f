import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Truth } from '../../../firmware-sim/truth.ts';
import { ceilingsOf, connectSite } from '../../../src/cli/demo/demoSite.ts';
import { readSitePlan } from '../../../src/config/readSitePlan.ts';
import type { SitePlan } from '../../../src/domain/sitePlan.ts';
import { PROJECT_ROOT } from '../../architecture/ownSources.ts';
import { GatewayProcess } from './gatewayProcess.ts';
import { type CommandResult, runLoadgate } from './loadgateCommand.ts';
import { SimulatedHouse } from './simulatedHouse.ts';

export interface HomeOptions {
  /** Also the name of the gateway at the broker. */
  readonly name: string;
  /** Must exist; everything of this home lies in it. */
  readonly folder: string;
  readonly speed?: number;
  readonly startAtMs?: number;
  readonly brokerUrl?: string;
  readonly settings?: object;
  /** Of the gateway, besides the one that a person has. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** The example home, its simulated house and its gateway, each as a process of its own. */
export class HomeUnderTest {
  readonly name: string;
  readonly folder: string;
  readonly house: SimulatedHouse;
  readonly gateway: GatewayProcess;
  readonly #options: HomeOptions;
  #plan: SitePlan | undefined;

  constructor(options: HomeOptions) {
    const { name, folder, environment } = options;
    this.#options = options;
    this.name = name;
    this.folder = folder;
    this.house = new SimulatedHouse({ ...options, logFile: join(folder, 'house.log') });
    this.gateway = new GatewayProcess({
      name,
      folder,
      ...(environment === undefined ? {} : { environment }),
    });
  }

  get stateDirectory(): string {
    return join(this.folder, 'state');
  }

  get plan(): SitePlan {
    if (this.#plan === undefined) throw new Error(`${this.name} does not stand yet`);
    return this.#plan;
  }

  /** Waits for the house and writes what its gateway has to know. */
  async prepare(): Promise<void> {
    const example = readSitePlan(join(PROJECT_ROOT, 'config', 'site.single-phase.jsonc'));
    if (!example.ok) throw new Error(JSON.stringify(example.mistakes));
    this.#plan = connectSite(example.plan, await this.house.endpoints());
    this.writePlan(this.#plan);
    this.writeSettings();
  }

  writePlan(plan: object): void {
    writeFileSync(join(this.folder, 'site.jsonc'), JSON.stringify(plan, undefined, 2));
  }

  writeSettings(change: object = {}): void {
    const { name, brokerUrl, speed = 1, settings } = this.#options;
    const written = {
      gatewayId: name,
      sitePlan: 'site.jsonc',
      stateDirectory: 'state',
      runtimeDirectory: 'run',
      ...(brokerUrl === undefined ? {} : { broker: { url: brokerUrl } }),
      simulation: { speed },
      ...settings,
      ...change,
    };
    writeFileSync(join(this.folder, 'loadgate.jsonc'), JSON.stringify(written, undefined, 2));
  }

  /** From here on the house keeps account by the ceilings of the site plan, by what really flows. */
  async judge(): Promise<void> {
    const { importCeilingA, exportCeilingA } = ceilingsOf(this.plan);
    await this.house.judgeBy(importCeilingA, exportCeilingA);
  }

  /** A command of the same installation, asked of this home. */
  ask(command: string, ...args: readonly string[]): Promise<CommandResult> {
    return runLoadgate([command, ...args, '--config', join(this.folder, 'loadgate.jsonc')]);
  }

  /** Ends both, whatever happened to them. */
  async end(): Promise<void> {
    await this.gateway.kill();
    await this.house.process.kill();
  }
}

/** Longest stretch above a ceiling that the loads, all at their least, would have met; over phases and directions. */
export function longestAvoidableExcursionS({ ceilings }: Truth): number {
  const records = [...ceilings.import.phases, ...ceilings.export.phases];
  return Math.max(...records.map((record) => record.longestAvoidableExcursionS));
}

import { join } from 'node:path';
import type { Reply } from '../../../firmware-sim/commands.ts';
import type { Fault } from '../../../firmware-sim/faults.ts';
import type { HomeName } from '../../../firmware-sim/homeSpec.ts';
import type { Truth } from '../../../firmware-sim/truth.ts';
import type { Endpoint } from '../../../firmware-sim/wires/houseOnWires.ts';
import { PROJECT_ROOT } from '../../architecture/ownSources.ts';
import { type Ending, OwnedProcess } from './ownedProcess.ts';
import { patience } from './waiting.ts';

export interface HouseOptions {
  readonly name: string;
  readonly logFile: string;
  readonly home?: HomeName;
  readonly speed?: number;
  /** Instant of the recording at which it begins. */
  readonly startAtMs?: number;
}

const ANSWER_WITHIN_MS = 20_000;

/** The simulated house as a process of its own. */
export class SimulatedHouse {
  readonly process: OwnedProcess;
  readonly #ready: Promise<Readonly<Record<string, Endpoint>>>;
  readonly #waiting: ((reply: Reply) => void)[] = [];

  constructor({ name, logFile, home = 'single-phase', speed = 1, startAtMs }: HouseOptions) {
    let stand: (endpoints: Readonly<Record<string, Endpoint>>) => void = () => undefined;
    this.#ready = new Promise((resolve) => {
      stand = resolve;
    });
    const start = startAtMs === undefined ? [] : ['--start', new Date(startAtMs).toISOString()];
    this.process = new OwnedProcess({
      name: `the house of ${name}`,
      command: [
        process.execPath,
        join(PROJECT_ROOT, 'firmware-sim', 'main.ts'),
        ...['--home', home, '--speed', String(speed), ...start],
      ],
      logFile,
      onLine: (line) => {
        const said = JSON.parse(line);
        if (said.kind === 'ready') stand(said.endpoints);
        else this.#waiting.shift()?.(said);
      },
    });
  }

  /** Where its devices answer, once it stands. */
  async endpoints(): Promise<Readonly<Record<string, Endpoint>>> {
    const endpoints = await patience(this.#ready, ANSWER_WITHIN_MS);
    if (endpoints === undefined) throw new Error(`does not stand: ${this.process.account()}`);
    return endpoints;
  }

  async truth(): Promise<Truth> {
    const reply = await this.#tell({ command: 'truth' });
    if (reply.kind !== 'truth') throw new Error(JSON.stringify(reply));
    return reply;
  }

  fault(device: string, fault: Fault): Promise<void> {
    return this.command({ command: 'fault', device, fault });
  }

  clearFaults(): Promise<void> {
    return this.command({ command: 'clearFaults' });
  }

  /** @param device the first charge point when absent */
  plugIn(device?: string): Promise<void> {
    return this.command({ command: 'plugIn', device });
  }

  plugOut(device?: string): Promise<void> {
    return this.command({ command: 'plugOut', device });
  }

  /** From here on the ledger judges by these. */
  async judgeBy(importCeilingA: number, exportCeilingA?: number): Promise<void> {
    await this.command({ command: 'ceiling', direction: 'import', ceilingA: importCeilingA });
    await this.command({ command: 'ceiling', direction: 'export', ceilingA: exportCeilingA ?? null });
  }

  stop(): Promise<Ending> {
    return this.process.stop();
  }

  /** One line of its input, as firmware-sim/README.md lists them; throws the problem. */
  async command(command: object): Promise<void> {
    const reply = await this.#tell(command);
    if (reply.kind === 'problem') throw new Error(reply.problem);
  }

  async #tell(command: object): Promise<Reply> {
    const answered = new Promise<Reply>((resolve) => {
      this.#waiting.push(resolve);
    });
    this.process.write(JSON.stringify(command));
    const reply = await patience(answered, ANSWER_WITHIN_MS);
    if (reply === undefined)
      throw new Error(`no answer to ${JSON.stringify(command)}: ${this.process.account()}`);
    return reply;
  }
}

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SerialLine } from '../../domain/sitePlan.ts';
import type { Clock } from '../../ports/clock.ts';
import { DemoChild } from './childProcess.ts';

export type Endpoint =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly unit: number }
  | ({ readonly kind: 'serial'; readonly unit: number } & Omit<SerialLine, 'lineId'>);

export type Endpoints = Readonly<Record<string, Endpoint>>;

interface CeilingTruth {
  readonly phases: readonly {
    readonly secondsAbove: number;
    readonly longestExcursionS: number;
    readonly longestAvoidableExcursionS: number;
  }[];
}

/** What is really so in the house, whatever its devices say. */
export interface Truth {
  readonly kind: 'truth';
  readonly at: string;
  readonly simulatedSeconds: number;
  /** L1 first. */
  readonly phases: readonly { readonly cutOutA: number; readonly cutOutW: number }[];
  readonly chargePoints: Readonly<
    Record<
      string,
      {
        readonly pilotA: number;
        readonly carA: number;
        readonly socPercent: number;
        readonly isFailSafe: boolean;
      }
    >
  >;
  readonly switches: { readonly waterHeater: 'open' | 'closed'; readonly generator: 'open' | 'closed' };
  readonly ceilings: { readonly import: CeilingTruth; readonly export: CeilingTruth };
  readonly energyWh: { readonly cars: number };
}

/** What the home says, one JSON object a line. */
type Message = { readonly kind: 'ready'; readonly endpoints: Endpoints } | Truth | { readonly kind: 'done' };

export interface SimulatedHomeOptions {
  readonly home: string;
  readonly speed: number;
  readonly startUtcMs?: number;
  readonly eventful?: number;
  readonly importCeilingA: number;
  readonly exportCeilingA?: number;
  readonly logFile: string;
}

/** The simulated home as a process of its own; it and the gateway meet on the wires alone. */
export class SimulatedHome {
  readonly child: DemoChild;
  /** Where each device answers, once the house stands. */
  readonly ready: Promise<Endpoints>;
  #waiting: ((truth: Truth) => void)[] = [];

  constructor(program: string, options: SimulatedHomeOptions) {
    let stand: (endpoints: Endpoints) => void = () => undefined;
    this.ready = new Promise((resolve) => {
      stand = resolve;
    });
    this.child = new DemoChild({
      name: 'the simulated home',
      command: [process.execPath, program, ...argumentsOf(options)],
      logFile: options.logFile,
      onLine: (line) => {
        const said: Message = JSON.parse(line);
        if (said.kind === 'ready') stand(said.endpoints);
        else if (said.kind === 'truth') this.#waiting.shift()?.(said);
      },
    });
  }

  truth(): Promise<Truth> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.child.send({ command: 'truth' });
    });
  }

  stop(clock: Clock): Promise<void> {
    return this.child.stop(clock);
  }
}

function argumentsOf(options: SimulatedHomeOptions): readonly string[] {
  const { home, speed, startUtcMs, eventful, importCeilingA, exportCeilingA } = options;
  const named: readonly (readonly [string, string | number | undefined])[] = [
    ['--home', home],
    ['--speed', speed],
    ['--start', startUtcMs === undefined ? undefined : new Date(startUtcMs).toISOString()],
    ['--eventful', eventful],
    ['--import-ceiling-a', importCeilingA],
    ['--export-ceiling-a', exportCeilingA],
  ];
  return named.flatMap(([name, value]) => (value === undefined ? [] : [name, String(value)]));
}

/** The folder of the project that holds this program: it has the simulated home and the example site plans. */
export function findProject(): string | undefined {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'firmware-sim', 'main.ts'))) return folder;
  }
  return undefined;
}

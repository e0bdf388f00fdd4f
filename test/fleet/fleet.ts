import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { NO_TRUST, type TrustBundle } from '../../src/domain/trustBundle.ts';
import { type FleetCounts, type FromShare, GATEWAYS_PER_PROCESS, type ToShare } from './fleetMessages.ts';
import type { FleetOptions } from './fleetPlan.ts';

const PROGRAM = fileURLToPath(import.meta.resolve('./fleetProgram.ts'));
/** A broker on a small machine takes some hundred connections a second. */
const CONNECTIONS_PER_S = 500;
const STOP_PATIENCE_MS = 10_000;

export interface FleetPlace {
  readonly url: string;
  /** Raw Ed25519 public keys of whom trust bundles are taken from. */
  readonly rootKeys: readonly string[];
  /** What every gateway knows from its enrolment; absent: nothing, until the topic brings one. */
  readonly bundle?: TrustBundle;
  /** Holds authority.crt, and <gatewayId>.crt and .key of each. Absent: without TLS. */
  readonly certificateFolder?: string;
}

/** Thousands of light gateways in a few processes. */
export class Fleet {
  readonly options: FleetOptions;
  readonly #children: readonly ChildProcess[];
  readonly #asked = new Map<number, (answer: FromShare) => void>();
  #lastAsk = 0;

  /** They connect one after the other from here on. */
  constructor(options: FleetOptions, { url, rootKeys, bundle = NO_TRUST, certificateFolder }: FleetPlace) {
    this.options = options;
    const processes = Math.ceil(options.gateways / GATEWAYS_PER_PROCESS);
    this.#children = Array.from({ length: processes }, (_, index) => {
      const child = fork(PROGRAM, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
      child.on('message', (message) => this.#hear(message as FromShare));
      child.send({
        kind: 'share',
        options,
        from: Math.floor((index * options.gateways) / processes),
        until: Math.floor(((index + 1) * options.gateways) / processes),
        url,
        rootKeys,
        bundle,
        spreadMs: (options.gateways / CONNECTIONS_PER_S) * 1_000,
        ...(certificateFolder === undefined ? {} : { certificateFolder }),
      } satisfies ToShare);
      return child;
    });
  }

  async counts(): Promise<FleetCounts> {
    const answers = await this.#ask((ask) => ({ kind: 'count', ask }));
    const all = answers.flatMap((answer) => (answer.kind === 'count' ? [answer.counts] : []));
    const sum = (of: (counts: FleetCounts) => number): number =>
      all.reduce((total, counts) => total + of(counts), 0);
    return {
      gateways: sum(({ gateways }) => gateways),
      connected: sum(({ connected }) => connected),
      receipts: sum(({ receipts }) => receipts),
      waiting: sum(({ waiting }) => waiting),
      inForce: sum(({ inForce }) => inForce),
      residentMb: sum(({ residentMb }) => residentMb),
      processorMs: sum(({ processorMs }) => processorMs),
    };
  }

  /** What the homes really draw together, mean watts between two instants of this machine's clock. */
  async truePowerW(fromMs: number, untilMs: number, gatewayIds?: readonly string[]): Promise<number> {
    const named = gatewayIds === undefined ? {} : { gatewayIds };
    const answers = await this.#ask((ask) => ({ kind: 'truth', ask, fromMs, untilMs, ...named }));
    return answers.reduce((sum, answer) => sum + (answer.kind === 'truth' ? answer.powerW : 0), 0);
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.#children.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const ended = once(child, 'exit');
        const killer = setTimeout(() => child.kill('SIGKILL'), STOP_PATIENCE_MS);
        child.send({ kind: 'stop' } satisfies ToShare, () => undefined);
        await ended;
        clearTimeout(killer);
      }),
    );
  }

  async #ask(question: (ask: number) => ToShare): Promise<readonly FromShare[]> {
    return await Promise.all(
      this.#children.map(
        (child) =>
          new Promise<FromShare>((resolve, reject) => {
            this.#lastAsk += 1;
            const ask = this.#lastAsk;
            const gone = (code: number | null): void =>
              reject(new Error(`a process of the fleet has ended with ${code}`));
            child.once('exit', gone);
            this.#asked.set(ask, (answer) => {
              child.off('exit', gone);
              resolve(answer);
            });
            child.send(question(ask));
          }),
      ),
    );
  }

  #hear(message: FromShare): void {
    this.#asked.get(message.ask)?.(message);
    this.#asked.delete(message.ask);
  }
}

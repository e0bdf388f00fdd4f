import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WireWatch } from '../wire/wireWatch.ts';
import { BackOffice } from './backOffice.ts';
import { type HomeOptions, HomeUnderTest } from './homeUnderTest.ts';
import { Mosquitto, type MosquittoOptions } from './mosquitto.ts';

interface BrokerOptions extends MosquittoOptions {
  /** False: nobody but the test listens, for one that measures. */
  readonly isWatched?: boolean;
}

/** All that one test starts. Closing ends every process and removes every file, also after a failure. */
export class TestBed {
  readonly folder = mkdtempSync(join(tmpdir(), 'loadgate-e2e-'));
  readonly #closers: (() => Promise<unknown> | unknown)[] = [];
  readonly #watches = new Map<Mosquitto, WireWatch>();

  /** The last first. */
  onClose(close: () => Promise<unknown> | unknown): void {
    this.#closers.push(close);
  }

  makeFolder(name: string): string {
    const folder = join(this.folder, name);
    mkdirSync(folder);
    return folder;
  }

  /** A home of which the house runs; its gateway has not been started. */
  async openHome(options: Omit<HomeOptions, 'folder'>): Promise<HomeUnderTest> {
    const home = new HomeUnderTest({ ...options, folder: this.makeFolder(options.name) });
    this.onClose(() => home.end());
    await home.prepare();
    return home;
  }

  /** Closing fails when a message of any topic was against the published contract. */
  async openBroker({ isWatched = true, ...options }: BrokerOptions = {}): Promise<Mosquitto> {
    const broker = await Mosquitto.create(this.makeFolder('broker'), options);
    this.onClose(() => broker.kill());
    await broker.start();
    if (isWatched) {
      const watch = await WireWatch.attach(broker.watchUrl);
      this.#watches.set(broker, watch);
      this.onClose(async () => {
        const complaints = await watch.close();
        if (complaints.length > 0) throw new Error(`against the contract:\n${complaints.join('\n')}`);
      });
    }
    return broker;
  }

  /** What went over a broker of this bed. */
  watchOf(broker: Mosquitto): WireWatch {
    const watch = this.#watches.get(broker);
    if (watch === undefined) throw new Error('nobody watches this broker');
    return watch;
  }

  async openBackOffice(url: string): Promise<BackOffice> {
    const backOffice = await BackOffice.connect(url);
    this.onClose(() => backOffice.close());
    return backOffice;
  }

  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of this.#closers.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    rmSync(this.folder, { recursive: true, force: true });
    if (failures.length > 0) {
      throw new AggregateError(failures, `at the end of the test: ${failures.map(String).join('\n')}`);
    }
  }
}

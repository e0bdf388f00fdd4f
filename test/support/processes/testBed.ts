import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BackOffice } from './backOffice.ts';
import { type HomeOptions, HomeUnderTest } from './homeUnderTest.ts';
import { Mosquitto, type MosquittoOptions } from './mosquitto.ts';

/** All that one test starts. Closing ends every process and removes every file, also after a failure. */
export class TestBed {
  readonly folder = mkdtempSync(join(tmpdir(), 'loadgate-e2e-'));
  readonly #closers: (() => Promise<unknown> | unknown)[] = [];

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

  async openBroker(options: MosquittoOptions = {}): Promise<Mosquitto> {
    const broker = await Mosquitto.create(this.makeFolder('broker'), options);
    this.onClose(() => broker.kill());
    await broker.start();
    return broker;
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
    if (failures.length > 0) throw new AggregateError(failures, 'not everything could be ended');
  }
}

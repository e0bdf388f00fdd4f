import { chmodSync, renameSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PRELOAD = import.meta.resolve('./preload.mjs');

/** The wall clock of one process, which a test can step and of which it says whether a time source disciplines it. */
export class MovableWallClock {
  /** For the process whose clock it is. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #offsetFile: string;
  readonly #answerFile: string;

  /** @param folder must exist, for this clock alone */
  constructor(folder: string) {
    this.#offsetFile = join(folder, 'offset');
    this.#answerFile = join(folder, 'answer');
    const program = join(folder, 'timedatectl');
    writeFileSync(program, `#!/bin/sh\ncat '${this.#answerFile}'\n`);
    chmodSync(program, 0o755);
    this.environment = {
      NODE_OPTIONS: `--import=${fileURLToPath(PRELOAD)}`,
      TEST_WALL_CLOCK_OFFSET_FILE: this.#offsetFile,
      PATH: `${folder}${delimiter}${process.env.PATH ?? ''}`,
    };
    this.step(0);
    this.setSynced(false);
  }

  /** At once, also in a process that runs. @param offsetMs from the machine's own clock */
  step(offsetMs: number): void {
    this.#replace(this.#offsetFile, String(offsetMs));
  }

  /** Never set: the machine has started without a battery-backed clock. */
  unset(): void {
    this.step(-Date.now());
  }

  /** Asked at the start of a process and each minute. */
  setSynced(isSynced: boolean): void {
    this.#replace(this.#answerFile, isSynced ? 'yes' : 'no');
  }

  /** A reader never sees half of it. */
  #replace(file: string, text: string): void {
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  }
}

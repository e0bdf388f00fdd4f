import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Judgement } from '../judgement.ts';

/** A deliberate break: the first text is replaced by the second in one file of the core. */
export interface Break {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const SOURCES = fileURLToPath(new URL('../../../src/', import.meta.url));

/** The core with breaks in it, in a copy of its own. A break whose text is not there exactly once is a defect of the table. */
export async function breakCore(breaks: readonly Break[]): Promise<Judgement> {
  const folder = mkdtempSync(join(tmpdir(), 'loadgate-mutant-'));
  try {
    for (const room of ['core', 'domain'])
      cpSync(join(SOURCES, room), join(folder, room), { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    for (const { file, from, to } of breaks) {
      const path = join(folder, 'core', file);
      const parts = readFileSync(path, 'utf8').split(from);
      if (parts.length !== 2) {
        throw new Error(`${file} holds ${parts.length - 1} times, not once: ${from}`);
      }
      writeFileSync(path, parts.join(to));
    }
    const load = (name: string) => import(/* @vite-ignore */ pathToFileURL(join(folder, 'core', name)).href);
    const { decide } = await load('decide.ts');
    const { schemesAfterRestart } = await load('limitationScheme.ts');
    return { decide, schemesAfterRestart };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

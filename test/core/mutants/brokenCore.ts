import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Inbox } from '../../../src/sync/inbox.ts';
import type { Judgement } from '../judgement.ts';

/** A deliberate break: the first text is replaced by the second in one file of src. */
export interface Break {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** What the laws are about, as it is or broken. */
export interface Subject {
  readonly judgement: Judgement;
  readonly Inbox: typeof Inbox;
}

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const ROOMS = ['core', 'domain', 'sync', 'contract', 'ports'];

/** The judgement and the inbox with one break in them, from a copy of their own. A text that is not there exactly once is a defect of the table. */
export async function broken({ file, from, to }: Break): Promise<Subject> {
  const folder = mkdtempSync(join(tmpdir(), 'loadgate-mutant-'));
  try {
    for (const room of ROOMS)
      cpSync(join(ROOT, 'src', room), join(folder, room), {
        recursive: true,
        filter: (path) => !path.endsWith('tsconfig.json'),
      });
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(folder, 'tsconfig.json'), '{}');
    const path = join(folder, file);
    const parts = readFileSync(path, 'utf8').split(from);
    if (parts.length !== 2)
      throw new Error(`src/${file} holds this ${parts.length - 1} times, not once: ${from}`);
    writeFileSync(path, parts.join(to));
    const load = (name: string) => import(/* @vite-ignore */ pathToFileURL(join(folder, name)).href);
    const { decide } = await load('core/decide.ts');
    const { schemesAfterRestart } = await load('core/limitationScheme.ts');
    const { Inbox } = await load('sync/inbox.ts');
    return { judgement: { decide, schemesAfterRestart }, Inbox };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

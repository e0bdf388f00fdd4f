import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Mistake } from '../config/mistake.ts';
import { fingerprintOf, readSigningKey, signatureFileOf, signPlan } from '../config/planSignature.ts';
import { readJsoncFile } from '../config/readJsoncFile.ts';
import { parseSitePlan } from '../config/readSitePlan.ts';
import type { Context } from './context.ts';
import { EXIT_CODES } from './exitCodes.ts';
import { refuseMistakes } from './report.ts';

/** Signs a site plan: from then on it counts as it is, byte by byte. Writes the signature beside it. */
export function signPlanFile(command: Command, context: Context): number {
  const file = resolve(context.workingDirectory, command.args[0] ?? '');
  const { key: keyFile } = command.opts<{ key: string }>();
  const read = readJsoncFile(file);
  const key = readSigningKey(resolve(context.workingDirectory, keyFile));
  const parsed = read.ok ? parseSitePlan(read.value, file) : { ok: false as const, mistakes: [read.mistake] };
  if (!read.ok || !parsed.ok || !key.ok) {
    const ofPlan = parsed.ok ? [] : parsed.mistakes;
    return refuseMistakes(context, [...ofPlan, ...(key.ok ? [] : [key.mistake])]);
  }
  const signatureFile = signatureFileOf(file);
  try {
    writeFileSync(signatureFile, signPlan(read.bytes, key.value));
  } catch (error) {
    return refuseMistakes(context, [unwritable(signatureFile, error)]);
  }
  const { siteId, revision } = parsed.plan;
  const sentence = `Signed site ${siteId}, revision ${revision}, by the key ${fingerprintOf(key.value)}: ${signatureFile}`;
  context.standardOutput.write(`${sentence}\n`);
  return EXIT_CODES.ok.code;
}

function unwritable(file: string, error: unknown): Mistake {
  const found = error instanceof Error ? error.message : String(error);
  const toDo = 'let the user write in the folder of the plan, or sign a copy elsewhere';
  return {
    source: file,
    path: '',
    expected: 'a file that can be written',
    found,
    toDo,
    kind: 'unwritableDirectory',
  };
}

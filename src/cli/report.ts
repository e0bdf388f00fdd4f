import { type Mistake, renderMistake } from '../config/mistake.ts';
import type { Context } from './context.ts';
import { EXIT_CODES, type ExitName } from './exitCodes.ts';

/** A sentence on the error output, and the code that goes with it. */
export function refuse(context: Context, exit: ExitName, sentence: string): number {
  context.errorOutput.write(`loadgate: ${sentence}\n`);
  return EXIT_CODES[exit].code;
}

export function refuseMistakes(context: Context, mistakes: readonly Mistake[]): number {
  const count = mistakes.length === 1 ? '1 mistake' : `${mistakes.length} mistakes`;
  const list = mistakes.map(renderMistake).join('\n\n');
  return refuse(context, exitOfMistakes(mistakes), `${count} in the configuration\n\n${list}`);
}

export function exitOfMistakes(mistakes: readonly Mistake[]): ExitName {
  const isOnly = (kind: Mistake['kind']): boolean => mistakes.every((mistake) => mistake.kind === kind);
  if (isOnly('unwritableDirectory')) return 'storeUnavailable';
  return isOnly('unknownProfile') ? 'unknownProfile' : 'wrongConfiguration';
}

export function writeJson(context: Context, value: unknown): void {
  context.standardOutput.write(`${JSON.stringify(value, null, 2)}\n`);
}

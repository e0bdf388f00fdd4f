import type { Command } from 'commander';
import { type Configuration, readConfiguration } from '../config/readConfiguration.ts';
import type { Context } from './context.ts';
import { EXIT_CODES } from './exitCodes.ts';
import { exitOfMistakes, refuseMistakes, writeJson } from './report.ts';
import { layersOf } from './settingOptions.ts';

/** Says every mistake of settings, site plan and device profiles. Touches no device. */
export function check(command: Command, context: Context): number {
  const result = readConfiguration(layersOf(command, context));
  const { json } = command.opts<{ json?: boolean }>();
  if (!result.ok) {
    if (json !== true) return refuseMistakes(context, result.mistakes);
    writeJson(context, { ok: false, mistakes: result.mistakes });
    return EXIT_CODES[exitOfMistakes(result.mistakes)].code;
  }
  const { configuration } = result;
  if (json === true) {
    const { settings, plan, warnings } = configuration;
    writeJson(context, { ok: true, settings, siteId: plan.siteId, revision: plan.revision, warnings });
  } else {
    for (const warning of configuration.warnings) context.errorOutput.write(`warning: ${warning}\n`);
    context.standardOutput.write(`${describe(configuration)}\n`);
  }
  return EXIT_CODES.ok.code;
}

function describe({ plan }: Configuration): string {
  const counted = [
    count(plan.phases.length, 'phase'),
    count(plan.circuits.length, 'circuit'),
    count(plan.devices.length, 'device'),
    count(plan.loads.length, 'load'),
  ];
  return `No mistakes. Site ${plan.siteId}, revision ${plan.revision}: ${counted.join(', ')}.`;
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}

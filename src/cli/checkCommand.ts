import type { Command } from 'commander';
import { type Configuration, readConfiguration } from '../config/readConfiguration.ts';
import { checkTrust } from './checkTrust.ts';
import type { Context } from './context.ts';
import { EXIT_CODES } from './exitCodes.ts';
import { findUnwritableDirectories } from './probeDirectories.ts';
import { exitOfMistakes, refuseMistakes, writeJson } from './report.ts';
import { layersOf } from './settingOptions.ts';

/** Says every mistake of settings, site plan, device profiles and directories. Touches no device and no database. */
export async function check(command: Command, context: Context): Promise<number> {
  const layers = layersOf(command, context);
  const result = readConfiguration(layers);
  const ofTrust = result.ok ? await checkTrust(result.configuration.settings.trust, context) : [];
  const mistakes = [...(result.ok ? [] : result.mistakes), ...ofTrust, ...findUnwritableDirectories(layers)];
  const { json } = command.opts<{ json?: boolean }>();
  if (!result.ok || mistakes.length > 0) {
    if (json !== true) return refuseMistakes(context, mistakes);
    writeJson(context, { ok: false, mistakes });
    return EXIT_CODES[exitOfMistakes(mistakes)].code;
  }
  const { configuration } = result;
  if (json === true) {
    const { settings, plan, planSignedBy, warnings } = configuration;
    const { siteId, revision } = plan;
    writeJson(context, { ok: true, settings, siteId, revision, planSignedBy, warnings });
  } else {
    for (const warning of configuration.warnings) context.errorOutput.write(`warning: ${warning}\n`);
    context.standardOutput.write(`${describe(configuration)}\n`);
  }
  return EXIT_CODES.ok.code;
}

function describe({ plan, planSignedBy }: Configuration): string {
  const counted = [
    count(plan.phases.length, 'phase'),
    count(plan.circuits.length, 'circuit'),
    count(plan.devices.length, 'device'),
    count(plan.loads.length, 'load'),
  ];
  const signature = planSignedBy === undefined ? '' : `\nThe plan is signed by the key ${planSignedBy}.`;
  return `No mistakes. Site ${plan.siteId}, revision ${plan.revision}: ${counted.join(', ')}.${signature}`;
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}

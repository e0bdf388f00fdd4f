import type { Command } from 'commander';
import { readDirectorySetting, readSettings } from '../config/settings.ts';
import type { Network } from '../contract/network.ts';
import { describeLadder } from '../network/describeLadder.ts';
import type { Context } from './context.ts';
import { EXIT_CODES } from './exitCodes.ts';
import { fetchNetwork } from './localClient.ts';
import { type Registrar, withJson } from './registrar.ts';
import { renderHistory, renderNetwork } from './renderNetwork.ts';
import { refuse, refuseMistakes, writeJson } from './report.ts';
import { isStartRefusal } from './runCommand.ts';
import { addSettingOptions, layersOf } from './settingOptions.ts';

interface NetworkOptions {
  readonly json?: boolean;
  readonly details?: boolean;
  readonly history?: boolean;
}

/** Climbs the ladder to the back office and names the rung that broke: by the running gateway, or without one. */
async function network(command: Command, context: Context): Promise<number> {
  const options = command.opts<NetworkOptions>();
  if (options.history === true) return await showHistory(command, context);
  const layers = layersOf(command, context);
  const directory = readDirectorySetting('runtimeDirectory', layers);
  if (!directory.ok) return refuseMistakes(context, directory.mistakes);
  const answer = await fetchNetwork(directory.value);
  if (answer.ok) return show(answer.value, options, context);
  if (!answer.isAbsent) return refuse(context, answer.exit, answer.detail);
  const read = readSettings(layers);
  if (!read.ok) return refuseMistakes(context, read.mistakes);
  try {
    const composition = await context.compose();
    return show(describeLadder(await composition.climbNetwork(read.settings)), options, context);
  } catch (error) {
    if (isStartRefusal(error)) return refuse(context, error.exit, error.message);
    throw error;
  }
}

function show(found: Network, options: NetworkOptions, context: Context): number {
  if (options.json === true) writeJson(context, found);
  else context.standardOutput.write(`${renderNetwork(found, options.details === true)}\n`);
  const isBroken = found.lowestFailed !== undefined && !found.isStanding;
  return EXIT_CODES[isBroken ? 'backOfficeUnreachable' : 'ok'].code;
}

async function showHistory(command: Command, context: Context): Promise<number> {
  const directory = readDirectorySetting('stateDirectory', layersOf(command, context));
  if (!directory.ok) return refuseMistakes(context, directory.mistakes);
  const opened = (await context.compose()).openRecord(directory.value);
  if (!opened.ok) return refuse(context, 'storeUnavailable', opened.detail);
  const changes = opened.record.networkChanges();
  opened.record.close();
  if (command.opts<NetworkOptions>().json === true) {
    const entries = changes.map(({ atUtcMs, ...change }) => ({
      at: new Date(atUtcMs).toISOString(),
      ...change,
    }));
    writeJson(context, entries);
  } else context.standardOutput.write(`${renderHistory(changes)}\n`);
  return EXIT_CODES.ok.code;
}

/** `loadgate network` */
export function addNetworkCommand(registrar: Registrar): void {
  const command = registrar.add(
    'network',
    'Climb the ladder from cable to back office and name the rung that is broken. Changes nothing anywhere.',
    network,
    [
      'loadgate network',
      'loadgate network --details',
      'loadgate network --history',
      'loadgate network --config /etc/loadgate/loadgate.jsonc --json',
    ],
  );
  command
    .option('--details', 'show what was looked at on every rung, with the words for an engineer')
    .option('--history', 'show when which rung was broken instead, from the record of the gateway');
  addSettingOptions(withJson(command, 'the rungs, or the history,'));
}

import type { Command } from 'commander';
import { readConfiguration } from '../config/readConfiguration.ts';
import type { Context, RunningGateway, StartRefusal } from './context.ts';
import { EXIT_CODES } from './exitCodes.ts';
import { refuse, refuseMistakes } from './report.ts';
import { layersOf } from './settingOptions.ts';

/** Runs the gateway until a signal stops it in order; a second signal does not wait for that. */
export async function run(command: Command, context: Context): Promise<number> {
  const result = readConfiguration(layersOf(command, context));
  if (!result.ok) return refuseMistakes(context, result.mistakes);
  const { settings, plan, profiles, warnings } = result.configuration;
  for (const warning of warnings) context.errorOutput.write(`loadgate: warning: ${warning}\n`);
  const composition = await context.compose();
  const signals = collectSignals(context);
  let gateway: RunningGateway;
  try {
    gateway = await composition.startGateway(settings, plan, profiles);
  } catch (error) {
    signals.end();
    if (isStartRefusal(error)) return refuse(context, error.exit, error.message);
    throw error;
  }
  const cause = await Promise.race([signals.next(), gateway.ended]);
  const isForced = signals.next().then(() => true);
  const isStopped = gateway.stop(cause).then(() => false);
  const wasForced = await Promise.race([isForced, isStopped]);
  signals.end();
  if (!wasForced) return EXIT_CODES.ok.code;
  const sentence = 'a second signal cut the orderly stop short; the devices fall back by themselves';
  return refuse(context, 'interrupted', sentence);
}

export function isStartRefusal(error: unknown): error is StartRefusal {
  return (
    error instanceof Error && 'exit' in error && typeof error.exit === 'string' && error.exit in EXIT_CODES
  );
}

/** Signals one after the other; one that comes while the gateway is still starting waits its turn. */
export function collectSignals(context: Context): { next(): Promise<string>; end(): void } {
  const waiting: string[] = [];
  const takers: ((signal: string) => void)[] = [];
  const end = context.onStopSignal((signal) => {
    const taker = takers.shift();
    if (taker === undefined) waiting.push(signal);
    else taker(signal);
  });
  const next = (): Promise<string> =>
    new Promise((resolve) => {
      const signal = waiting.shift();
      if (signal === undefined) takers.push(resolve);
      else resolve(signal);
    });
  return { next, end };
}

import { parseArgs } from 'node:util';
import { eventfulStretches } from './eventful.ts';
import { HOME_NAMES, type HomeName } from './homeSpec.ts';
import { recordedHousehold } from './household.ts';

/** An evening of the recording with cooking, washing and a car at home. */
const DEFAULT_START = '2006-12-23T17:26:00Z';
const EVENTFUL_LENGTH_MS = 10 * 60_000;
const MOST_EVENTFUL = 100;

export const USAGE = `node firmware-sim/main.ts --home ${HOME_NAMES.join('|')} [--speed 1] [--start ${DEFAULT_START} | --eventful 1]
  [--import-ceiling-a 54] [--export-ceiling-a 16] [--tcp-port-base 0]`;

export interface Options {
  readonly homeName: HomeName;
  readonly speed: number;
  readonly startAtMs: number;
  readonly importCeilingA: number | undefined;
  readonly exportCeilingA: number | undefined;
  /** Port of the first TCP device, counting up; 0 lets the system choose. */
  readonly tcpPortBase: number;
}

export type ArgumentsParse =
  | { readonly ok: true; readonly options: Options }
  | { readonly ok: false; readonly problem: string };

class WrongArgument extends Error {}

/** Reads the command line; a mistake comes back as one sentence. */
export function readArguments(argv: readonly string[]): ArgumentsParse {
  try {
    return { ok: true, options: read(argv) };
  } catch (error) {
    // parseArgs reports unknown and incomplete options as TypeError with a code.
    const isMistake = error instanceof WrongArgument || (error instanceof TypeError && 'code' in error);
    if (!isMistake) throw error;
    return { ok: false, problem: error.message };
  }
}

function read(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      home: { type: 'string', default: 'single-phase' },
      speed: { type: 'string', default: '1' },
      start: { type: 'string' },
      eventful: { type: 'string' },
      'import-ceiling-a': { type: 'string' },
      'export-ceiling-a': { type: 'string' },
      'tcp-port-base': { type: 'string', default: '0' },
    },
  });
  const homeName = HOME_NAMES.find((known) => known === values.home);
  if (homeName === undefined) {
    throw new WrongArgument(`--home must be one of ${HOME_NAMES.join(', ')}, found ${values.home}`);
  }
  if (values.start !== undefined && values.eventful !== undefined) {
    throw new WrongArgument('--start and --eventful both name the start: give one of them');
  }
  return {
    homeName,
    speed: number('speed', values.speed, 0.01, 1_000),
    startAtMs:
      values.eventful === undefined
        ? instant(values.start ?? DEFAULT_START)
        : eventfulStart(number('eventful', values.eventful, 1, MOST_EVENTFUL)),
    importCeilingA: optionalCeiling('import-ceiling-a', values['import-ceiling-a']),
    exportCeilingA: optionalCeiling('export-ceiling-a', values['export-ceiling-a']),
    tcpPortBase: Math.trunc(number('tcp-port-base', values['tcp-port-base'], 0, 65_000)),
  };
}

function number(option: string, text: string, least: number, most: number): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= least && value <= most) return value;
  throw new WrongArgument(`--${option} must be a number from ${least} to ${most}, found ${text}`);
}

function optionalCeiling(option: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : number(option, text, 0, 1_000);
}

/** Instants outside of the recording are taken: it repeats. */
function instant(text: string): number {
  const atMs = Date.parse(text);
  if (!Number.isNaN(atMs) && /(Z|[+-]\d\d:?\d\d)$/.test(text)) return atMs;
  throw new WrongArgument(`--start must be an instant like ${DEFAULT_START}, with its offset, found ${text}`);
}

function eventfulStart(rank: number): number {
  const starts = eventfulStretches(recordedHousehold(), {
    count: Math.trunc(rank),
    lengthMs: EVENTFUL_LENGTH_MS,
  });
  return starts.at(-1) as number;
}

import { parseArgs } from 'node:util';
import { DEFAULT_FLEET, type FleetOptions, TROUBLE_KINDS, type TroubleKind } from './fleetPlan.ts';

export const USAGE = `npm run -s fleet -- --broker mqtt://127.0.0.1:1883 --root-keys FILE [options]

Runs light gateways at a broker until Ctrl-C, and says each few seconds what they do.

  --broker URL            mqtt:// or mqtts://
  --root-keys FILE        PEM of the root keys whose trust bundle they take
  --bundle FILE           the trust bundle of their enrolment; else the one of the broker
  --gateways N            how many (250)
  --areas N               feeders, all behind substation-1 (one for each 250)
  --distributor NN        the two digits that lead the MPAN (12)
  --consent-text ID       the text that they have agreed to (restriction-1)
  --never PERCENT         of the households were never asked (0)
  --withdrawn PERCENT     have withdrawn (0)
  --car-away PERCENT      have no car that charges (0)
  --trouble KIND=PERCENT  ${TROUBLE_KINDS.join(', ')}; may be given again
  --telemetry SECONDS     between two messages of one gateway (60)
  --speed N               how much faster than real time the homes live (1)
  --seed N                the same seed, the same fleet (1)
  --certificates FOLDER   authority.crt, and <gatewayId>.crt and .key of each, for mqtts://
  --registry FILE         only writes the file for \`loadgate desk gateways import\`, and ends`;

export interface RunOptions {
  readonly fleet: FleetOptions;
  readonly brokerUrl?: string;
  readonly rootKeysFile?: string;
  readonly bundleFile?: string;
  readonly certificateFolder?: string;
  readonly registryFile?: string;
}

export type ArgumentsParse =
  | { readonly ok: true; readonly options: RunOptions }
  | { readonly ok: false; readonly problem: string };

class WrongArgument extends Error {}

const text = { type: 'string' } as const;

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

function read(argv: readonly string[]): RunOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      broker: text,
      'root-keys': text,
      bundle: text,
      gateways: text,
      areas: text,
      distributor: text,
      'consent-text': text,
      never: text,
      withdrawn: text,
      'car-away': text,
      trouble: { type: 'string', multiple: true },
      telemetry: text,
      speed: text,
      seed: text,
      certificates: text,
      registry: text,
    },
  });
  const gateways = whole('gateways', values.gateways, 1, 100_000) ?? DEFAULT_FLEET.gateways;
  const fleet: FleetOptions = {
    gateways,
    areas: whole('areas', values.areas, 1, gateways) ?? Math.ceil(gateways / 250),
    distributor: distributor(values.distributor),
    seed: whole('seed', values.seed, 0, 0xffffffff) ?? DEFAULT_FLEET.seed,
    neverAsked: share('never', values.never),
    withdrawn: share('withdrawn', values.withdrawn),
    carAway: share('car-away', values['car-away']),
    troubles: troubles(values.trouble ?? []),
    consentText: values['consent-text'] ?? DEFAULT_FLEET.consentText,
    telemetryMs: (number('telemetry', values.telemetry, 1, 86_400) ?? 60) * 1_000,
    speed: number('speed', values.speed, 0.1, 100) ?? DEFAULT_FLEET.speed,
  };
  if (fleet.neverAsked + fleet.withdrawn > 1) throw new WrongArgument('--never and --withdrawn exceed 100');
  if (values.registry === undefined && (values.broker === undefined || values['root-keys'] === undefined))
    throw new WrongArgument('--broker and --root-keys are needed, or --registry');
  return {
    fleet,
    ...named('brokerUrl', values.broker),
    ...named('rootKeysFile', values['root-keys']),
    ...named('bundleFile', values.bundle),
    ...named('certificateFolder', values.certificates),
    ...named('registryFile', values.registry),
  };
}

function named<Name extends string>(
  name: Name,
  value: string | undefined,
): { readonly [Key in Name]?: string } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [Key in Name]?: string };
}

function distributor(given: string | undefined): string {
  if (given === undefined) return DEFAULT_FLEET.distributor;
  if (/^\d{2}$/.test(given)) return given;
  throw new WrongArgument(`--distributor must be two digits, found ${given}`);
}

function troubles(given: readonly string[]): FleetOptions['troubles'] {
  const pairs = given.map((one): readonly [TroubleKind, number] => {
    const [name, percent] = one.split('=');
    const kind = TROUBLE_KINDS.find((known) => known === name);
    if (kind === undefined)
      throw new WrongArgument(`--trouble must be one of ${TROUBLE_KINDS.join(', ')}, found ${name}`);
    return [kind, share(`trouble ${kind}`, percent ?? '')];
  });
  const sum = pairs.reduce((total, [, part]) => total + part, 0);
  if (sum > 1) throw new WrongArgument(`--trouble must not exceed 100 in all, found ${sum * 100}`);
  return Object.fromEntries(pairs);
}

function share(option: string, given: string | undefined): number {
  return (number(option, given, 0, 100) ?? 0) / 100;
}

function whole(option: string, given: string | undefined, least: number, most: number): number | undefined {
  const value = number(option, given, least, most);
  if (value === undefined || Number.isInteger(value)) return value;
  throw new WrongArgument(`--${option} must be a whole number, found ${given}`);
}

function number(option: string, given: string | undefined, least: number, most: number): number | undefined {
  if (given === undefined) return undefined;
  const value = given.trim() === '' ? Number.NaN : Number(given);
  if (value >= least && value <= most) return value;
  throw new WrongArgument(`--${option} must be a number from ${least} to ${most}, found ${given}`);
}

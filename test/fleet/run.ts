// A fleet of light gateways for people: for rehearsals of the desk on one machine. `--help` says how.
import { writeFileSync } from 'node:fs';
import { createSignatureReader } from '../../src/adapters/jose/signatureReader.ts';
import { readTrustFiles } from '../../src/config/trustFiles.ts';
import { readTrustBundle } from '../../src/sync/readTrustBundle.ts';
import { type RunOptions, readArguments, USAGE } from './arguments.ts';
import { Fleet, type FleetPlace } from './fleet.ts';
import { registryOf } from './registry.ts';

const LOOK_EVERY_MS = 5_000;
/** sysexits.h: wrong usage. */
const WRONG_USAGE = 64;

const argv = process.argv.slice(2);
const parsed = readArguments(argv);
if (argv.includes('--help')) console.log(USAGE);
else if (!parsed.ok) fail(`${parsed.problem}\n\n${USAGE}`);
else if (parsed.options.registryFile !== undefined)
  writeRegistry(parsed.options.registryFile, parsed.options);
else await run(parsed.options);

function writeRegistry(file: string, { fleet }: RunOptions): void {
  writeFileSync(file, `${JSON.stringify(registryOf(fleet), undefined, 1)}\n`);
  console.log(`${fleet.gateways} gateways on ${fleet.areas} feeders: ${file}`);
}

async function run({ fleet: options, brokerUrl = '', ...files }: RunOptions): Promise<void> {
  const { rootKeysFile, bundleFile, certificateFolder } = files;
  const trust = readTrustFiles({
    ...(rootKeysFile === undefined ? {} : { rootKeysFile }),
    ...(bundleFile === undefined ? {} : { bundleFile }),
  });
  if (!trust.ok) return fail(trust.mistakes.map(({ source, found }) => `${source}: ${found}`).join('\n'));
  const { rootKeys, bundleJws } = trust.files;
  const bundle =
    bundleJws === undefined
      ? undefined
      : await readTrustBundle(bundleJws, { rootKeys, verify: createSignatureReader() });
  if (bundle?.ok === false) return fail(`${bundleFile}: ${bundle.cause}`);
  const place: FleetPlace = {
    url: brokerUrl,
    rootKeys,
    ...(bundle === undefined ? {} : { bundle: bundle.bundle }),
    ...(certificateFolder === undefined ? {} : { certificateFolder }),
  };
  const fleet = new Fleet(options, place);
  const ticker = setInterval(() => void look(fleet), LOOK_EVERY_MS);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      clearInterval(ticker);
      void fleet.stop();
    });
  }
  console.log(
    `${options.gateways} gateways on ${options.areas} feeders connect to ${brokerUrl}; Ctrl-C ends them.`,
  );
}

async function look(fleet: Fleet): Promise<void> {
  const nowMs = Date.now();
  const [counts, powerW] = await Promise.all([fleet.counts(), fleet.truePowerW(nowMs - 1_000, nowMs)]);
  const { connected, gateways, inForce, receipts, waiting, residentMb } = counts;
  const parts = [
    new Date(nowMs).toISOString().slice(11, 19),
    `${connected} of ${gateways} connected`,
    `${inForce} with a notice in force`,
    `${receipts} receipts`,
    `${waiting} messages wait`,
    `${(powerW / 1_000).toFixed(0)} kW`,
    `${residentMb.toFixed(0)} MB`,
  ];
  console.log(parts.join(' | '));
}

function fail(message: string): void {
  console.error(`fleet: ${message}`);
  process.exitCode = WRONG_USAGE;
}

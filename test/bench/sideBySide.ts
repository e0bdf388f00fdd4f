import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { connectSite } from '../../src/cli/demo/demoSite.ts';
import { SimulatedHome } from '../../src/cli/demo/simulatedHome.ts';
import { createClock } from '../../src/compose.ts';
import { readSitePlan } from '../../src/config/readSitePlan.ts';
import { topicOf } from '../../src/contract/topics.ts';
import type { SitePlan } from '../../src/domain/sitePlan.ts';
import { giveConsents } from '../support/consents.ts';
import { makeKeysFor, signCommand, type TestKeys, writeTrust } from '../support/keys.ts';
import { GatewayProcess } from '../support/processes/gatewayProcess.ts';
import { startBroker } from './broker.ts';
import { ChargePointSlave } from './chargePointSlave.ts';
import { BenchProcess } from './children.ts';

const PROJECT = join(import.meta.dirname, '..', '..');
const GATEWAY_ID = 'bench';
const READY_MS = 60_000;
export const FULL_CURRENT_A = 32;

/** What is measured side by side: a process, its own charge point, and the topic and the writing that reach it. */
export interface Contestant {
  readonly process: BenchProcess;
  readonly chargePoint: ChargePointSlave;
  readonly topic: string;
  readonly encode: (curtailment: object) => string;
}

export interface SideBySide {
  readonly brokerUrl: string;
  readonly gateway: Contestant;
  readonly bareScript: Contestant;
  readonly startedAtMs: number;
  /** Who signs for the gateway. */
  readonly keys: TestKeys;
  /** Of the gateway: settings, record and socket lie in it. */
  readonly folder: string;
  stop(): Promise<void>;
}

/**
 * Starts broker, simulated home, gateway and bare script, each as a process of its own, and waits until the car at the
 * gateway charges with all it may. The bare script is bundled as the gateway is, so that both load alike.
 */
export async function startSideBySide(folder: string): Promise<SideBySide> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    const broker = await startBroker(folder);
    stops.push(() => broker.process.stop());
    const chargePoint = await startChargePoint();
    const home = new SimulatedHome(join(PROJECT, 'firmware-sim', 'main.ts'), {
      home: 'three-phase',
      speed: 1,
      importCeilingA: 1_000,
      logFile: join(folder, 'home.log'),
    });
    stops.push(() => home.stop(createClock(1)));
    const endpoints = await Promise.race([home.ready, home.child.ended]);
    if (typeof endpoints === 'string') throw new Error(endpoints);
    const ownPoint = { kind: 'tcp', host: '127.0.0.1', port: chargePoint.port, unit: 255 } as const;
    const site = connectSite(benchSite(), { ...endpoints, 'charge-point': ownPoint });
    const keys = makeKeysFor(site);
    const configuration = writeConfiguration(folder, site, broker.url, keys);
    const startedAtMs = performance.now();
    const gateway = startProcess(
      'the gateway',
      [join(PROJECT, 'dist', 'loadgate.mjs'), 'run', '--config', configuration],
      readUnitEnvironment(),
    );
    const bareTopic = 'bench/curtailment';
    const barePoint = await startChargePoint();
    const bareScript = startProcess('the bare script', [
      await bundleBareScript(folder),
      broker.url,
      bareTopic,
      `${barePoint.port}`,
    ]);
    await gateway.until('in command of a car that charges', () => chargePoint.isReady, READY_MS);
    // What is compared with the bare script is the obeying, not the question whether it may be asked.
    await giveConsents(new GatewayProcess({ name: 'the bench', folder }), ['demandControl', 'chargingData']);
    return {
      brokerUrl: broker.url,
      gateway: {
        process: gateway,
        chargePoint,
        topic: topicOf(GATEWAY_ID, 'curtailment'),
        encode: (body) =>
          signCommand(keys, 'curtailment', body, { gatewayId: GATEWAY_ID, utcMs: Date.now() }),
      },
      bareScript: {
        process: bareScript,
        chargePoint: barePoint,
        topic: bareTopic,
        encode: (body) => JSON.stringify(body),
      },
      startedAtMs,
      keys,
      folder,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }

  async function startChargePoint(): Promise<ChargePointSlave> {
    const slave = await ChargePointSlave.start();
    stops.push(() => slave.close());
    return slave;
  }

  function startProcess(
    name: string,
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): BenchProcess {
    const logFile = join(folder, `${name.replaceAll(' ', '-')}.log`);
    const started = new BenchProcess(name, [process.execPath, ...args], logFile, environment);
    stops.push(() => started.stop());
    return started;
  }
}

/** The environment in which the unit file of the product starts the gateway. */
function readUnitEnvironment(): Record<string, string> {
  const unit = readFileSync(join(PROJECT, 'systemd', 'loadgate.service'), 'utf8');
  const settings = [...unit.matchAll(/^Environment=([A-Z_]+)=(.*)$/gm)];
  return Object.fromEntries(settings.map(([, name, value]) => [name, value]));
}

/**
 * The three-phase home with its four loads. The charge point stands on a circuit of its own that carries nothing else,
 * so that a ceiling on it is the current that must be written; the cut-out is so large that it never binds. Without a
 * margin a load that is narrowed goes to the ceiling and not below it, so the next ceiling binds again. The car charges
 * on one phase, as the charge point of the bench reports it.
 */
function benchSite(): SitePlan {
  const read = readSitePlan(join(PROJECT, 'config', 'site.three-phase.jsonc'));
  if (!read.ok) throw new Error(`config/site.three-phase.jsonc: ${JSON.stringify(read.mistakes)}`);
  const { plan } = read;
  return {
    ...plan,
    circuits: plan.circuits.map((circuit) =>
      circuit.circuitId === 'connection-point'
        ? { circuitId: circuit.circuitId, meterId: 'grid', ratingA: 200, derating: 1 }
        : circuit,
    ),
    loads: plan.loads.map((load) => {
      if (load.loadId === 'charge-point') return { ...load, phaseMap: { L1: 'L1' } };
      return load.loadId === 'second-charge-point' ? { ...load, circuitId: 'connection-point' } : load;
    }),
    timing: { ...plan.timing, marginA: 0 },
  };
}

function writeConfiguration(folder: string, site: SitePlan, brokerUrl: string, keys: TestKeys): string {
  const path = join(folder, 'loadgate.json');
  writeFileSync(join(folder, 'site.json'), JSON.stringify(site));
  const settings = {
    gatewayId: GATEWAY_ID,
    sitePlan: 'site.json',
    stateDirectory: 'state',
    runtimeDirectory: 'run',
    broker: { url: brokerUrl },
    ...writeTrust(folder, keys),
  };
  writeFileSync(path, JSON.stringify(settings));
  return path;
}

async function bundleBareScript(folder: string): Promise<string> {
  const outfile = join(folder, 'bareScript.mjs');
  await build({
    absWorkingDir: PROJECT,
    entryPoints: [fileURLToPath(import.meta.resolve('./bareScript.ts'))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    logLevel: 'silent',
    // CommonJS packages inside the bundle ask for Node's modules by require().
    banner: {
      js: "import { createRequire as benchCreateRequire } from 'node:module'; const require = benchCreateRequire(import.meta.url);",
    },
  });
  return outfile;
}

import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Truth } from '../../../firmware-sim/truth.ts';
import type { Endpoint } from '../../../firmware-sim/wires/houseOnWires.ts';
import type { Status } from '../../../src/contract/status.ts';
import { PROJECT_ROOT } from '../../architecture/ownSources.ts';
import { makeKeys, type TestKeys, writeTrust } from '../../support/keys.ts';
import { GatewayProcess } from '../../support/processes/gatewayProcess.ts';
import type { Mosquitto } from '../../support/processes/mosquitto.ts';
import { CertificateAuthority } from '../../support/processes/pki.ts';
import { TalkingProcess } from '../../support/processes/talkingProcess.ts';
import type { TestBed } from '../../support/processes/testBed.ts';
import { until } from '../../support/processes/waiting.ts';
import { DISTRIBUTOR, FEEDER, homeIdOf, planFileOf } from './feederHomes.ts';

const HOMES_PROGRAM = fileURLToPath(import.meta.resolve('./homesProgram.ts'));
const GATEWAYS_PROGRAM = fileURLToPath(import.meta.resolve('./gatewaysProgram.ts'));
// A notice comes to all of them at once: those of one process answer it one after the other.
const PROCESSES = 6;
const MEMORY = '/dev/shm';
const STAND_WITHIN_MS = 60_000;
const REACHED_WITHIN_MS = 120_000;
const SET_POINT_IN_FORCE = 1_100;

/** Two instants of the real clock. */
export type RealWindow = readonly [fromMs: number, untilMs: number];

export interface FeederOptions {
  readonly homes: number;
  readonly speed: number;
  /** Gateways that are never switched on, by index. */
  readonly absent: readonly number[];
}

interface Started {
  readonly kind: 'started';
  readonly gatewayId: string;
  readonly realMs: number;
  readonly utcMs: number;
}

/**
 * The homes behind one feeder: each with a real gateway, on real Modbus over TCP and at a real broker, to which everybody
 * needs a certificate. What really flows is told by the simulated homes alone.
 */
export class Feeder {
  readonly broker: Mosquitto;
  readonly authority: CertificateAuthority;
  readonly keys: TestKeys;
  readonly #options: FeederOptions;
  readonly #folders: readonly string[];
  readonly #homes: TalkingProcess;
  readonly #endpoints: readonly Readonly<Record<string, Endpoint>>[];
  readonly #bed: TestBed;
  #gateways: readonly TalkingProcess[] = [];
  /** When each gateway's clock showed what. */
  #clocks: ReadonlyMap<string, Started> = new Map();

  private constructor(parts: {
    readonly bed: TestBed;
    readonly broker: Mosquitto;
    readonly authority: CertificateAuthority;
    readonly keys: TestKeys;
    readonly options: FeederOptions;
    readonly folders: readonly string[];
    readonly homes: TalkingProcess;
    readonly endpoints: readonly Readonly<Record<string, Endpoint>>[];
  }) {
    this.#bed = parts.bed;
    this.broker = parts.broker;
    this.authority = parts.authority;
    this.keys = parts.keys;
    this.#options = parts.options;
    this.#folders = parts.folders;
    this.#homes = parts.homes;
    this.#endpoints = parts.endpoints;
  }

  /** Broker and homes; no gateway runs yet. */
  static async open(bed: TestBed, options: FeederOptions): Promise<Feeder> {
    const authority = new CertificateAuthority(bed.makeFolder('pki'));
    const accessListFile = join(PROJECT_ROOT, 'config', 'mosquitto', 'acl');
    const broker = await bed.openBroker({
      guard: { identity: authority.issueServer('broker'), accessListFile },
    });
    const keys = makeKeys({ distributors: [DISTRIBUTOR] });
    const homes = talk(bed, 'the homes', [HOMES_PROGRAM, `${options.homes}`, `${options.speed}`]);
    const { endpoints } = (await homes.hear(STAND_WITHIN_MS)) as {
      endpoints: readonly Readonly<Record<string, Endpoint>>[];
    };
    const record = makeRecordFolder(bed);
    const folders = endpoints.map((places, index) => {
      const folder = bed.makeFolder(homeIdOf(index));
      const { certificateAuthorityFile, certificateFile, keyFile } = authority.issueClient(homeIdOf(index));
      const settings = {
        gatewayId: homeIdOf(index),
        sitePlan: 'site.jsonc',
        stateDirectory: join(record, homeIdOf(index)),
        runtimeDirectory: 'run',
        broker: { url: broker.url, certificateAuthorityFile, certificateFile, keyFile },
        ...writeTrust(folder, keys),
        simulation: { speed: options.speed },
        logLevel: 'warn',
      };
      writeFileSync(join(folder, 'site.jsonc'), JSON.stringify(planFileOf(index, places, [FEEDER])));
      writeFileSync(join(folder, 'loadgate.jsonc'), JSON.stringify(settings));
      return folder;
    });
    return new Feeder({ bed, broker, authority, keys, options, folders, homes, endpoints });
  }

  /** Starts every gateway that is not absent, and waits until they stand. */
  async switchOn(): Promise<void> {
    const { gateways, clocks } = await startGateways(this.#bed, this.#options, this.#folders);
    this.#gateways = gateways;
    this.#clocks = clocks;
  }

  /** What the household says at its gateway's local socket. */
  async consent(
    index: number,
    purpose: 'dnoRestriction' | 'chargingData',
    action: 'given' | 'withdrawn',
  ): Promise<void> {
    const folder = this.#folders[index];
    if (folder === undefined) throw new Error(`there is no home ${index}`);
    const said = { person: 'main', how: 'commandLine', text: '', evidence: '', until: '' };
    await new GatewayProcess({ name: homeIdOf(index), folder }).choose('/consent', {
      ...said,
      purpose,
      action,
    });
  }

  /** What is really so in each home now. */
  async truths(): Promise<readonly Truth[]> {
    const { homes } = (await this.#homes.ask({ ask: 'truth' })) as { homes: readonly Truth[] };
    return homes;
  }

  /** Until every home that is named is so. */
  async reach(
    what: string,
    indexes: readonly number[],
    isSo: (truth: Truth, index: number) => boolean,
  ): Promise<void> {
    const allSo = async (): Promise<boolean> => {
      const truths = await this.truths();
      return indexes.every((index) => isSo(truths[index] as Truth, index));
    };
    const patience = { withinMs: REACHED_WITHIN_MS, everyMs: 250 };
    await until(what, allSo, patience).catch(async (error: Error) => {
      const truths = await this.truths();
      const lacking = indexes.filter((index) => !isSo(truths[index] as Truth, index));
      throw new Error(`${error.message}; not so: ${JSON.stringify(await this.explain(lacking))}`);
    });
  }

  /** What the gateways of these homes say about themselves, one sentence each. */
  async explain(indexes: readonly number[]): Promise<readonly string[]> {
    if (indexes.length === 0) return [];
    const statuses = await this.statuses();
    return indexes.map((index) => {
      const status = statuses.find(({ siteId }) => siteId === homeIdOf(index));
      const faults = status?.faults.map(({ code, subject }) => `${code} of ${subject}`) ?? [];
      return `${homeIdOf(index)}: ${[status?.sentence ?? 'no status', ...faults].join('; ')}`;
    });
  }

  /**
   * Mean of what really flowed through each cut-out in a window of its own, watts.
   * @param windows by index of the home; nothing for homes that are not asked
   */
  async trueMeansW(windows: readonly (RealWindow | undefined)[]): Promise<readonly (number | undefined)[]> {
    const asked = windows.map((window) => window ?? null);
    const answer = (await this.#homes.ask({ ask: 'energy', windows: asked })) as {
      energiesWh: readonly (number | null)[];
    };
    return answer.energiesWh.map((energyWh, index) => {
      const window = windows[index];
      if (window === undefined) return undefined;
      if (energyWh === null) throw new Error(`the trail of ${homeIdOf(index)} does not reach over ${window}`);
      const simulatedH = ((window[1] - window[0]) * this.#options.speed) / 3_600_000;
      return energyWh / simulatedH;
    });
  }

  /** When it really was what the clock of a gateway showed. */
  realOf(gatewayId: string, utcMs: number): number {
    const clock = this.#clocks.get(gatewayId);
    if (clock === undefined) throw new Error(`${gatewayId} was never started`);
    return clock.realMs + (utcMs - clock.utcMs) / this.#options.speed;
  }

  async statuses(): Promise<readonly Status[]> {
    const answers = await Promise.all(this.#gateways.map((gateway) => gateway.ask({ ask: 'status' })));
    return answers.flatMap((answer) => (answer as { gateways: readonly Status[] }).gateways);
  }

  /** The current that a charge point lets flow, mA, by an independent look at its register (KEBA guide V1.02). */
  async registerMa(index: number): Promise<number> {
    const endpoint = this.#endpoints[index]?.['charge-point'];
    if (endpoint?.kind !== 'tcp') throw new Error(`${homeIdOf(index)} has no charge point on TCP`);
    const { host, port, unit } = endpoint;
    const socket = connect(port, host);
    socket.write(
      Buffer.from([0, 1, 0, 0, 0, 6, unit, 3, SET_POINT_IN_FORCE >> 8, SET_POINT_IN_FORCE & 0xff, 0, 2]),
    );
    const [reply] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    return reply.readUInt32BE(9);
  }
}

async function startGateways(bed: TestBed, { absent }: FeederOptions, folders: readonly string[]) {
  const present = folders.filter((_, index) => !absent.includes(index));
  const clocks = new Map<string, Started>();
  const gateways = Array.from({ length: PROCESSES }, (_, place) => {
    const own = present.filter((_, index) => index % PROCESSES === place);
    return talk(bed, `gateways ${place + 1}`, [
      GATEWAYS_PROGRAM,
      ...own.map((folder) => join(folder, 'loadgate.jsonc')),
    ]);
  });
  await Promise.all(
    gateways.map(async (gateway) => {
      for (;;) {
        const said = (await gateway.hear(STAND_WITHIN_MS)) as Started | { readonly kind: 'ready' };
        if (said.kind === 'ready') return;
        clocks.set(said.gatewayId, said);
      }
    }),
  );
  return { gateways, clocks };
}

/**
 * In memory where there is such a file system: a dozen gateways in one process would all stand still while one of them waits for
 * a busy disk, as none does in a home.
 */
function makeRecordFolder(bed: TestBed): string {
  const record = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'loadgate-feeder-'));
  bed.onClose(() => rmSync(record, { recursive: true, force: true }));
  return record;
}

function talk(bed: TestBed, name: string, args: readonly string[]): TalkingProcess {
  const started = new TalkingProcess({
    name,
    command: [process.execPath, ...args],
    logFile: join(bed.folder, `${name.replaceAll(' ', '-')}.log`),
  });
  bed.onClose(() => started.process.kill());
  return started;
}

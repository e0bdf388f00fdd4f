import type { Command } from 'commander';
import { readProfiles } from '../config/readConfiguration.ts';
import { readDirectorySetting } from '../config/settings.ts';
import type { FoundUnit, ScanEvent } from '../discovery/findings.ts';
import { chooseTelling, readUntilKnown, toReadOnce } from '../discovery/liveValues.ts';
import { tcpPorts } from '../discovery/probes.ts';
import { proposePlan } from '../discovery/proposePlan.ts';
import { scanNetwork } from '../discovery/scanNetwork.ts';
import type { ScanParts } from '../discovery/scanParts.ts';
import { scanSerial } from '../discovery/scanSerial.ts';
import { Workload } from '../discovery/workload.ts';
import type { Composition, Context } from './context.ts';
import { EXIT_CODES } from './exitCodes.ts';
import { findHeldWires, type HeldWires } from './heldWires.ts';
import { ProgressLine } from './progressLine.ts';
import { foundAsJson, renderFound, renderNote, renderPlan, renderProgress } from './renderScan.ts';
import { refuse, refuseMistakes } from './report.ts';
import { chooseTargets, type ScanOptions, type ScanTargets } from './scanTargets.ts';
import { layersOf } from './settingOptions.ts';

/** Enough for a few values at the pace of the slowest device; it is only to show that it is the right one. */
const VALUES_WITHIN_MS = 3_000;
const MOST_VALUES = 6;

/** Finds units on serial lines and in a network, says what they may be, and writes nothing to any of them. */
export async function scan(command: Command, context: Context): Promise<number> {
  const options = command.opts<ScanOptions>();
  const layers = layersOf(command, context);
  const chosen = chooseTargets(options);
  if (!chosen.ok) return refuse(context, 'wrongUsage', chosen.problem);
  const directory = readDirectorySetting('runtimeDirectory', layers);
  if (!directory.ok) return refuseMistakes(context, directory.mistakes);
  const holding = await findHeldWires(directory.value);
  if (!holding.ok) return refuse(context, holding.exit, holding.detail);
  const { profiles, mistakes } = readProfiles(layers);
  if (profiles.size === 0)
    return refuse(context, 'wrongConfiguration', mistakes[0]?.message ?? 'no device profile is there');
  const { targets } = chosen;
  const ports = targets.ports ?? tcpPorts([...profiles.values()]);
  const refusal = findHeldTarget(targets, ports, holding.held);
  if (refusal !== undefined) return refuse(context, 'portInUse', refusal);

  const composition = await context.compose();
  const session = new ScanSession(context, composition, options.json === true);
  const parts = session.parts([...profiles.values()]);
  const isFree = (host: string): boolean => ports.every((port) => !holding.held.holdsHost(host, port));
  const { paths, settings, addresses, named } = targets;
  const search = (hosts: readonly string[], areNamed: boolean): Promise<void> =>
    scanNetwork({ hosts, ports, units: options.addresses ?? [], areNamed }, parts);
  try {
    await Promise.all([
      ...paths.map((path) => scanSerial({ path, settings, addresses }, parts)),
      search(named, true),
      search(
        targets.hosts.filter((host) => !named.includes(host) && isFree(host)),
        false,
      ),
    ]);
  } finally {
    session.end();
  }
  return session.conclude();
}

/** Why a wire that was named cannot be searched; hosts of a network that the gateway holds are only left out. */
function findHeldTarget(targets: ScanTargets, ports: readonly number[], held: HeldWires): string | undefined {
  const path = targets.paths.find((each) => held.holdsPath(each));
  const [host] = targets.named.flatMap((each) =>
    ports.flatMap((port) => (held.holdsHost(each, port) ? [`${each}:${port}`] : [])),
  );
  const what = path ?? host;
  if (what === undefined) return undefined;
  return `${what} is held by the running gateway; ask it with \`loadgate devices\`, or stop it before scanning`;
}

/** What one scan writes, and how it ends. */
class ScanSession {
  readonly #context: Context;
  readonly #composition: Composition;
  readonly #isJson: boolean;
  readonly #clock;
  readonly #workload;
  readonly #progress;
  readonly #found: FoundUnit[] = [];
  readonly #endSignals: () => void;
  #unreachable = 0;
  #isStopped = false;

  constructor(context: Context, composition: Composition, isJson: boolean) {
    this.#context = context;
    this.#composition = composition;
    this.#isJson = isJson;
    this.#clock = composition.createClock(1);
    this.#workload = new Workload(this.#clock);
    this.#progress = new ProgressLine(context.errorOutput, this.#clock);
    this.#endSignals = context.onStopSignal(() => {
      this.#isStopped = true;
    });
  }

  parts(profiles: ScanParts['profiles']): ScanParts {
    const clock = this.#clock;
    const isStopped = (): boolean => this.#isStopped;
    return {
      profiles,
      clock,
      workload: this.#workload,
      isStopped,
      openForReading: (wire) => this.#composition.openForReading(wire, clock),
      readValues: async (line, unit, profile) => {
        const once = toReadOnce(profile, VALUES_WITHIN_MS);
        const device = this.#composition.createDeviceToRead(line, unit, once, clock);
        const readings = await readUntilKnown(device, { clock, mostMs: VALUES_WITHIN_MS, isStopped });
        await device.close();
        return chooseTelling(readings, MOST_VALUES);
      },
      onEvent: (event) => this.#tell(event),
    };
  }

  end(): void {
    this.#progress.clear();
    this.#endSignals();
  }

  /** The piece of site plan, and the exit code. */
  conclude(): number {
    const plan = proposePlan(this.#found);
    const isComplete = !this.#isStopped;
    if (this.#isJson) this.#writeLine(JSON.stringify({ kind: 'sitePlan', ...plan, isComplete }));
    else if (this.#found.length === 0) this.#writeLine('Nobody answered.');
    else this.#writeLine(`\n${renderPlan(plan)}`);
    if (!isComplete)
      return refuse(this.#context, 'interrupted', 'stopped before the end; the rest was not searched');
    const isHopeless = this.#found.length === 0 && this.#unreachable > 0;
    return EXIT_CODES[isHopeless ? 'deviceUnreachable' : 'ok'].code;
  }

  #tell(event: ScanEvent): void {
    if (event.kind === 'found') {
      this.#found.push(event.unit);
      this.#writeLine(this.#isJson ? JSON.stringify(foundAsJson(event.unit)) : renderFound(event.unit));
    } else if (event.kind !== 'trying') {
      if (event.kind === 'unreachable') this.#unreachable++;
      if (this.#isJson) this.#writeLine(JSON.stringify(event));
      else this.#note(renderNote(event));
    }
    this.#progress.show(() => renderProgress(event, this.#found.length, this.#workload.progress()));
  }

  #note(text: string): void {
    this.#progress.clear();
    this.#context.errorOutput.write(`${text}\n`);
  }

  #writeLine(text: string): void {
    this.#progress.clear();
    this.#context.standardOutput.write(`${text}\n`);
  }
}

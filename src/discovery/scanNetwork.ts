import type { ModbusLine, ModbusResult } from '../ports/modbusLine.ts';
import { isFound, lookRequest } from '../profiles/looks.ts';
import type { Profile } from '../profiles/profile.ts';
import type { FoundUnit, ScanEvent } from './findings.ts';
import { identify } from './identify.ts';
import { linksOf } from './links.ts';
import { isForOneClient, tcpProbes, tcpUnits, unitsOfMaker } from './probes.ts';
import type { ScanParts } from './scanParts.ts';
import { whyOffline } from './scanSerial.ts';
import { TCP_TIMES } from './tryTime.ts';
import { isAnswer, UnitReader, untilOpen } from './unitReader.ts';
import type { TcpWire } from './wire.ts';

/** So many connections are tried at once: a network of 254 takes half a minute, and a small router can bear it. */
const AT_ONCE = 48;

export interface NetworkScanPlan {
  readonly hosts: readonly string[];
  readonly ports: readonly number[];
  /** Unit numbers to ask for besides those of the profiles. */
  readonly units: readonly number[];
  /** Hosts that were named one by one: that they cannot be reached is worth a word. */
  readonly areNamed: boolean;
}

/** Looks for Modbus TCP devices. Each host and port has one connection at a time: some devices take no second. */
export async function scanNetwork(plan: NetworkScanPlan, parts: ScanParts): Promise<void> {
  const wires = plan.ports.flatMap((port) =>
    plan.hosts.map((host): TcpWire => ({ kind: 'tcp', host, port })),
  );
  const shareMs = TCP_TIMES.connectMs / AT_ONCE;
  parts.workload.plan(wires.length * shareMs);
  const reached = new Set<string>();
  const refusals = new Map<string, ScanEvent>();
  const waiting = wires.values();
  const work = async (): Promise<void> => {
    for (const wire of waiting) {
      if (parts.isStopped()) return;
      const refusal = await scanHost(wire, plan, parts);
      if (refusal === undefined) reached.add(wire.host);
      else if (!refusals.has(wire.host)) {
        refusals.set(wire.host, { kind: 'unreachable', wire, detail: refusal });
      }
      parts.workload.finish(shareMs);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (!plan.areNamed) return;
  for (const [host, refusal] of refusals) if (!reached.has(host)) parts.onEvent(refusal);
}

/** @returns why no connection could be made; nothing when one was */
async function scanHost(wire: TcpWire, plan: NetworkScanPlan, parts: ScanParts): Promise<string | undefined> {
  parts.onEvent({ kind: 'trying', wire });
  const line = parts.openForReading(wire);
  try {
    if (!(await untilOpen(line, parts.clock, TCP_TIMES.connectMs))) return await whyOffline(line);
    const found = await new HostSearch(line, wire, parts).tryAll(plan.units);
    for (const unit of found) parts.onEvent({ kind: 'found', unit });
    return undefined;
  } finally {
    await line.close();
  }
}

class HostSearch {
  readonly #line: ModbusLine;
  readonly #wire: TcpWire;
  readonly #parts: ScanParts;

  constructor(line: ModbusLine, wire: TcpWire, parts: ScanParts) {
    this.#line = line;
    this.#wire = wire;
    this.#parts = parts;
  }

  /**
   * A device that takes any unit number is one find, under the number that its maker gives it. Once a network device is
   * known for certain, only the other numbers of its maker are asked for, besides those that the person wants.
   */
  async tryAll(wanted: readonly number[]): Promise<readonly FoundUnit[]> {
    const { clock, profiles, readValues, onEvent, isStopped, workload } = this.#parts;
    const found: FoundUnit[] = [];
    const units = [...new Set([...tcpUnits(this.#wire.port, profiles), ...wanted])];
    workload.plan(units.length * TCP_TIMES.answerMs);
    for (const unit of units) {
      if (isStopped()) break;
      workload.finish(TCP_TIMES.answerMs);
      if (!wanted.includes(unit) && !mayHold(found, unit, profiles)) continue;
      onEvent({ kind: 'trying', wire: this.#wire, unit });
      await this.#tryUnit(unit, found);
    }
    return Promise.all(
      found.map(async (each) => {
        const [best] = each.proposals;
        if (best === undefined) return each;
        // The last number that was tried may have cost the connection.
        await untilOpen(this.#line, clock, TCP_TIMES.reopenMs);
        return { ...each, values: await readValues(this.#line, each.unit, best.profile) };
      }),
    );
  }

  async #tryUnit(unit: number, found: FoundUnit[]): Promise<void> {
    const { clock, profiles, isStopped } = this.#parts;
    const reader = new UnitReader({
      line: this.#line,
      unit,
      clock,
      reopenMs: TCP_TIMES.reopenMs,
      isStopped,
    });
    if (!(await this.#isThere(reader))) return;
    const twin = await findTwin(found, reader);
    if (twin === -1) {
      const proposals = await identify(reader, this.#wire, profiles);
      found.push({ wire: this.#wire, unit, alsoUnits: [], proposals, values: {} });
    } else found.splice(twin, 1, withAlso(found[twin] as FoundUnit, unit));
  }

  async #isThere(reader: UnitReader): Promise<boolean> {
    const pace = { timeoutMs: TCP_TIMES.answerMs, silenceMs: 0, readSpacingMs: 0 };
    for (const probe of tcpProbes(this.#wire.port, reader.unit, this.#parts.profiles)) {
      const answer = await reader.ask(probe, pace);
      // A bridge answers for a unit that it does not reach.
      if (isAnswer(answer) && !isBridgeRefusal(answer)) return true;
      if (this.#parts.isStopped() || isBridgeRefusal(answer)) return false;
    }
    return false;
  }
}

/**
 * Whether a device that is found already leaves room for another one under this unit number. One that takes a single client
 * is spared: a try without an answer costs its connection, and some let nobody in for a while then.
 */
function mayHold(found: readonly FoundUnit[], unit: number, profiles: readonly Profile[]): boolean {
  return found.every(({ proposals: [best], unit: foundUnit }) => {
    if (best === undefined || best.certainty === 'possible') return true;
    const links = linksOf(best.profile).filter(({ transport }) => transport === 'tcp');
    if (links.some((link) => isForOneClient(link) && link.unit === foundUnit)) return false;
    const isSure = links.length > 0 && best.certainty === 'certain';
    return !isSure || unitsOfMaker(best.profile.data.maker, profiles).includes(unit);
  });
}

function isOnNetwork(profile: Profile): boolean {
  return linksOf(profile).some(({ transport }) => transport === 'tcp');
}

/** Exceptions 10 and 11: the path or the unit behind a gateway is not there. Source: MODBUS Application Protocol V1.1b3, 7. */
function isBridgeRefusal(answer: ModbusResult): boolean {
  return !answer.ok && (answer.exceptionCode === 10 || answer.exceptionCode === 11);
}

/**
 * Which of the devices found this unit is over again; -1 for none. Only for devices that are on the network themselves:
 * behind a bridge two meters of one model are two. Nor where the maker gives out both numbers: they may be two sockets.
 */
async function findTwin(found: readonly FoundUnit[], reader: UnitReader): Promise<number> {
  for (const [index, device] of found.entries()) {
    const [best] = device.proposals;
    if (best === undefined || best.certainty === 'possible' || !isOnNetwork(best.profile)) continue;
    if (isShippedAs(best.profile, device.unit) && isShippedAs(best.profile, reader.unit)) continue;
    if (await holdsAll(best.profile, reader)) return index;
  }
  return -1;
}

async function holdsAll({ data }: Profile, reader: UnitReader): Promise<boolean> {
  const { timeoutMs, silenceMs, readSpacingMs } = data.timing;
  const looks = data.fingerprint.filter(({ model }) => model === undefined);
  if (looks.length === 0) return false;
  for (const look of looks) {
    const answer = await reader.ask(lookRequest(look), { timeoutMs, silenceMs, readSpacingMs });
    if (!answer.ok || !isFound(look, answer.words, data.wordOrder)) return false;
  }
  return true;
}

function isShippedAs(profile: Profile, unit: number): boolean {
  return linksOf(profile).some((link) => link.unit === unit);
}

/** The maker's own number is the one for the plan. */
function withAlso(device: FoundUnit, other: number): FoundUnit {
  const isBetter = device.proposals.slice(0, 1).some(({ profile }) => isShippedAs(profile, other));
  const { unit, alsoUnits } = device;
  return isBetter
    ? { ...device, unit: other, alsoUnits: [unit, ...alsoUnits] }
    : { ...device, alsoUnits: [...alsoUnits, other] };
}

import type { ModbusLine } from '../ports/modbusLine.ts';
import type { FoundUnit } from './findings.ts';
import { identify } from './identify.ts';
import { serialProbes } from './probes.ts';
import type { ScanParts } from './scanParts.ts';
import { silentTryMs, turnaroundAllowanceMs } from './tryTime.ts';
import { isAnswer, UnitReader, untilOpen } from './unitReader.ts';
import type { SerialSetting, SerialWire } from './wire.ts';

/** Opening a port takes no time to speak of; a second tells that it cannot be had. */
const OPEN_WITHIN_MS = 1_500;
/** Whoever was heard too late gets this many times as long. */
const PATIENCE = 3;

export interface SerialScanPlan {
  readonly path: string;
  readonly settings: readonly SerialSetting[];
  readonly addresses: readonly number[];
}

/** Looks for units on one serial line, one setting after the other, each address with it. */
export async function scanSerial(plan: SerialScanPlan, parts: ScanParts): Promise<void> {
  const met = new Set<number>();
  for (const setting of plan.settings) parts.workload.plan(costOf(plan, setting, parts));
  for (const setting of plan.settings) {
    if (parts.isStopped()) return;
    const isOpened = await scanSetting(plan, setting, met, parts);
    if (!isOpened) return;
  }
}

/** @returns false when the port cannot be opened, which no other setting changes */
async function scanSetting(
  plan: SerialScanPlan,
  setting: SerialSetting,
  met: Set<number>,
  parts: ScanParts,
): Promise<boolean> {
  const wire: SerialWire = { kind: 'serial', path: plan.path, ...setting };
  parts.onEvent({ kind: 'trying', wire });
  const line = parts.openForReading(wire);
  try {
    if (!(await untilOpen(line, parts.clock, OPEN_WITHIN_MS))) {
      parts.onEvent({ kind: 'unreachable', wire, detail: await whyOffline(line) });
      return false;
    }
    const search = new SettingSearch(line, wire, parts);
    // A unit has one setting: at the others its address is free.
    const silent = await search.tryAll(plan.addresses, met, 1);
    if (search.heardLate()) await search.tryAll(silent, met, PATIENCE);
    if (search.heardGarbage()) parts.onEvent({ kind: 'garbage', path: plan.path, setting });
    return true;
  } finally {
    await line.close();
  }
}

/** The sentence with which a closed line answers. */
export async function whyOffline(line: ModbusLine): Promise<string> {
  const refusal = await line.request({
    unit: 1,
    functionCode: 3,
    address: 0,
    count: 1,
    priority: 'poll',
    timeoutMs: 1,
  });
  return refusal.ok ? 'it was not open in time; try again' : refusal.detail;
}

class SettingSearch {
  readonly #line: ModbusLine;
  readonly #wire: SerialWire;
  readonly #parts: ScanParts;
  #found = 0;
  #badReplies = 0;

  constructor(line: ModbusLine, wire: SerialWire, parts: ScanParts) {
    this.#line = line;
    this.#wire = wire;
    this.#parts = parts;
  }

  /** @returns the addresses at which nobody answered */
  async tryAll(addresses: readonly number[], met: Set<number>, patience: number): Promise<readonly number[]> {
    const { workload, onEvent, isStopped, profiles } = this.#parts;
    const silent: number[] = [];
    for (const unit of addresses) {
      if (isStopped()) return [];
      if (!met.has(unit)) {
        onEvent({ kind: 'trying', wire: this.#wire, unit });
        const found = await this.#tryUnit(unit, patience);
        if (found === undefined) silent.push(unit);
        else {
          met.add(unit);
          onEvent({ kind: 'found', unit: found });
        }
      }
      const probes = serialProbes(this.#wire, unit, profiles).length;
      if (patience === 1) workload.finish(probes * silentTryMs(this.#wire.baudRate));
    }
    return silent;
  }

  /** An answer that came while the next address was asked: its unit is only slow. */
  heardLate(): boolean {
    const { wrongUnit, lateReplies } = this.#line.statistics();
    return wrongUnit + lateReplies > 0;
  }

  heardGarbage(): boolean {
    const { strayBytes, badCrc } = this.#line.statistics();
    return this.#found === 0 && this.#badReplies + strayBytes + badCrc > 0;
  }

  async #tryUnit(unit: number, patience: number): Promise<FoundUnit | undefined> {
    const { profiles, clock, isStopped } = this.#parts;
    const timeoutMs = turnaroundAllowanceMs(this.#wire.baudRate) * patience;
    const pace = { timeoutMs, silenceMs: 0, readSpacingMs: 0 };
    const reader = new UnitReader({ line: this.#line, unit, clock, reopenMs: 0, isStopped });
    for (const probe of serialProbes(this.#wire, unit, profiles)) {
      const answer = await reader.ask(probe, pace);
      if (isAnswer(answer)) return this.#look(reader);
      if (!answer.ok && answer.fault === 'device-bad-reply') this.#badReplies++;
    }
    return undefined;
  }

  async #look(reader: UnitReader): Promise<FoundUnit> {
    this.#found++;
    const { profiles, readValues } = this.#parts;
    const proposals = await identify(reader, this.#wire, profiles);
    const [best] = proposals;
    const values = best === undefined ? {} : await readValues(this.#line, reader.unit, best.profile);
    return { wire: this.#wire, unit: reader.unit, alsoUnits: [], proposals, values };
  }
}

function costOf(plan: SerialScanPlan, setting: SerialSetting, { profiles }: ScanParts): number {
  const probes = plan.addresses.map((unit) => serialProbes(setting, unit, profiles).length);
  return probes.reduce((sum, count) => sum + count, 0) * silentTryMs(setting.baudRate);
}

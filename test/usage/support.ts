import type { ClockLevel, Now } from '../../src/domain/instant.ts';
import type { UsageRow } from '../../src/ports/usage.ts';
import { UsageLedger } from '../../src/usage/ledger.ts';
import type { UsageChanges } from '../../src/usage/rowBook.ts';
import type { Metering, UsageSample } from '../../src/usage/sample.ts';
import { packState, type UsageState, unpackState } from '../../src/usage/state.ts';
import { unpackContent } from '../../src/usage/stored.ts';
import { EMPTY_TALLY, mergeTallies, type Tally } from '../../src/usage/tally.ts';

const METERING: Metering = {
  channels: [
    { channelId: 'connection', kind: 'connection', mostW: 25_300 },
    { channelId: 'load.car', kind: 'chargePoint', mostW: 8_096 },
  ],
  chargePoints: [{ loadId: 'car', deviceId: 'charger', givingLoadIds: [] }],
};

/** A disk in memory, and lives of a ledger on it; each can be killed. */
export class LedgerBench {
  readonly rows = new Map<number, UsageRow>();
  state: UsageState | undefined;
  ledger: UsageLedger;
  #now: Now;

  constructor(now: Now) {
    this.#now = now;
    this.ledger = this.#begin();
  }

  now(): Now {
    return this.#now;
  }

  /** Time passes with the power on; utc goes along unless it is said otherwise. */
  pass(passedMs: number, clock: { readonly utcMs?: number; readonly level?: ClockLevel } = {}): void {
    const { runningMs, utcMs, clockLevel } = this.#now;
    this.#now = {
      runningMs: runningMs + passedMs,
      utcMs: clock.utcMs ?? utcMs + passedMs,
      clockLevel: clock.level ?? clockLevel,
    };
  }

  look(sample: Omit<UsageSample, 'now'>): void {
    this.ledger.add({ now: this.#now, ...sample });
  }

  write(isClosing = false): void {
    const { state, ...changes } = this.ledger.takeChanges(this.#now, isClosing);
    this.#keep(changes);
    // As it comes back from the disk.
    this.state = unpackState(JSON.parse(JSON.stringify(packState(state))));
  }

  /** The power goes for a while; running time goes on where the last write left it. */
  restart(offMs: number, level: ClockLevel = 'synced'): void {
    const runningMs = this.state?.savedAt.runningMs ?? 0;
    this.#now = { runningMs, utcMs: this.#now.utcMs + offMs, clockLevel: level };
    this.ledger = this.#begin();
  }

  of<Kind extends UsageRow['kind']>(kind: Kind) {
    return [...this.rows.values()]
      .filter((row) => row.kind === kind)
      .map((row) => unpackContent(row))
      .filter((content): content is Extract<typeof content, { kind: Kind }> => content.kind === kind);
  }

  halfHours() {
    return this.of('halfHour').map(({ halfHour }) => halfHour);
  }

  gaps() {
    return this.of('gap').map(({ gap }) => gap);
  }

  sessions() {
    return this.of('session').map(({ session }) => session);
  }

  /** Half-hours and what is not finished of a channel. */
  sum(channelId: string): Tally {
    const open = this.state?.minutes ?? [];
    return [...this.halfHours(), ...open]
      .map(({ channels }) => channels[channelId] ?? EMPTY_TALLY)
      .reduce(mergeTallies, EMPTY_TALLY);
  }

  gapWh(channelId: string): number {
    const waiting = this.state?.gap === undefined ? [] : [this.state.gap];
    return [...this.gaps(), ...waiting].reduce(
      (sum, { energy }) => sum + (energy[channelId]?.importWh ?? 0),
      0,
    );
  }

  #keep({ rows, removedIds }: UsageChanges): void {
    for (const id of removedIds) this.rows.delete(id);
    for (const row of rows) this.rows.set(row.id, JSON.parse(JSON.stringify(row)));
  }

  #begin(): UsageLedger {
    return new UsageLedger({
      metering: METERING,
      startedAt: this.#now,
      firstId: Math.max(this.state?.nextId ?? 1, ...[...this.rows.keys()].map((id) => id + 1)),
      ...(this.state === undefined ? {} : { state: this.state }),
      isRecordLost: false,
    });
  }
}

export function at(iso: string, clockLevel: ClockLevel = 'synced', runningMs = 0): Now {
  return { utcMs: Date.parse(iso), runningMs, clockLevel };
}

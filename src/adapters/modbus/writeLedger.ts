import type { RunningMs } from '../../domain/instant.ts';
import type { RegisterWrites } from '../../ports/device.ts';
import type { Allowance, WriteFunction } from '../../profiles/profileSchema.ts';

const DAY_MS = 86_400_000;

/** What is known of one entry of the allow-list. */
interface Entry {
  lastWriteMs: RunningMs;
  dayStartMs: RunningMs;
  writesInDay: number;
}

interface Count {
  readonly functionCode: WriteFunction;
  readonly address: number;
  readonly allowance: Allowance;
  writes: number;
}

/** Counts the writes to one device: for the maker's pace, for the budget of registers that wear, for the report. */
export class WriteLedger {
  readonly #entries = new Map<Allowance, Entry>();
  readonly #counts = new Map<string, Count>();

  lastWriteMs(allowance: Allowance): RunningMs {
    return this.#entries.get(allowance)?.lastWriteMs ?? Number.NEGATIVE_INFINITY;
  }

  /** True when a register that wears has had its writes of the day. */
  isSpent(allowance: Allowance, nowMs: RunningMs): boolean {
    const { wear, dailyBudget = Number.POSITIVE_INFINITY } = allowance;
    return wear === 'kept' && this.#entryOf(allowance, nowMs).writesInDay >= dailyBudget;
  }

  count(
    { allowance, functionCode }: { allowance: Allowance; functionCode: WriteFunction },
    address: number,
    nowMs: RunningMs,
  ): void {
    const entry = this.#entryOf(allowance, nowMs);
    entry.writesInDay++;
    entry.lastWriteMs = nowMs;
    const key = `${functionCode}:${address}`;
    const count = this.#counts.get(key) ?? { functionCode, address, allowance, writes: 0 };
    count.writes++;
    this.#counts.set(key, count);
  }

  report(nowMs: RunningMs): readonly RegisterWrites[] {
    return [...this.#counts.values()].map(({ functionCode, address, allowance, writes }) => {
      const { wear, dailyBudget } = allowance;
      if (wear !== 'kept' || dailyBudget === undefined) return { functionCode, address, writes };
      const { writesInDay } = this.#entryOf(allowance, nowMs);
      return { functionCode, address, writes, wear: { writesInDay, dailyBudget } };
    });
  }

  #entryOf(allowance: Allowance, nowMs: RunningMs): Entry {
    let entry = this.#entries.get(allowance);
    if (entry === undefined) {
      entry = { lastWriteMs: Number.NEGATIVE_INFINITY, dayStartMs: nowMs, writesInDay: 0 };
      this.#entries.set(allowance, entry);
    }
    if (nowMs - entry.dayStartMs >= DAY_MS) {
      entry.dayStartMs = nowMs;
      entry.writesInDay = 0;
    }
    return entry;
  }
}

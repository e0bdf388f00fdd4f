import type { UtcMs } from '../domain/instant.ts';

/** seconds: samples of each second; the others are what the owner can look up for a year. */
export type UsageKind = 'seconds' | 'minutes' | 'halfHour' | 'session' | 'gap';

/** One entry of the account of energy, kept by its number: an entry with the same number replaces it. */
export interface UsageRow {
  /** From 1; never given twice. */
  readonly id: number;
  readonly kind: UsageKind;
  readonly fromUtcMs: UtcMs;
  readonly untilUtcMs: UtcMs;
  /** Plain JSON data. */
  readonly body: unknown;
}

/** What one transaction changes in the account. */
export interface UsageBatch {
  readonly rows: readonly UsageRow[];
  readonly removedIds: readonly number[];
  /** What is not finished yet: replaces the one before; plain JSON data. */
  readonly state: unknown;
}

/** How much of one kind is kept. */
export interface UsageHolding {
  readonly kind: UsageKind;
  readonly rows: number;
  readonly bytes: number;
}

/** What is to be deleted of one kind: what ended before an instant, or the oldest until so many bytes are free. */
export type UsageThinning =
  | { readonly kind: UsageKind; readonly beforeUtcMs: UtcMs }
  | { readonly kind: UsageKind; readonly freeBytes: number };

/** The account of energy on the disk. Nothing here throws: a disk that fails is named in the log. */
export interface UsageStore {
  /** As the last commit left it; undefined: none, or not readable. */
  readState(): unknown;
  /** The greatest number that was given; 0 while there is none. */
  lastId(): number;
  holdings(): readonly UsageHolding[];
  thin(orders: readonly UsageThinning[]): void;
}

/** A row that was read, or where one was that cannot be read any more. */
export type UsageFinding =
  | { readonly kind: 'row'; readonly row: UsageRow }
  | { readonly kind: 'damaged'; readonly fromUtcMs: UtcMs; readonly untilUtcMs: UtcMs };

import type { ClockLevel, Now, RunningMs } from '../domain/instant.ts';
import { type PackedEntries, packEntries, unpackEntries } from '../domain/packedEntries.ts';
import type { Gap } from './gap.ts';
import type { Minute } from './minutes.ts';
import type { RegisterAccount } from './registerAccount.ts';
import type { SessionState } from './session.ts';

/** Both registers of a channel, and when one of them was last read. */
export interface ChannelAccount {
  readonly import: RegisterAccount;
  readonly export: RegisterAccount;
  readonly seenAt?: Now;
}

/** What is not finished yet, kept over restarts. Plain JSON data. */
export interface UsageState {
  readonly version: 1;
  readonly savedAt: Now;
  /** The gateway stopped in order with it. */
  readonly isClosed: boolean;
  /** Since when the clock has not jumped by a day or more. */
  readonly calmSinceMs: RunningMs;
  readonly nextId: number;
  /** By channel id. */
  readonly accounts: Readonly<Record<string, ChannelAccount>>;
  /** Of the half-hour that is not over. */
  readonly clockLevel: ClockLevel;
  readonly minutes: readonly Minute[];
  /** By load id. */
  readonly sessions: Readonly<Record<string, SessionState>>;
  /** Waits for the registers to be read. */
  readonly gap?: Gap;
}

interface PackedState extends Omit<UsageState, 'minutes'> {
  readonly minutes: PackedEntries;
}

/** As it is stored. */
export function packState({ minutes, ...state }: UsageState): unknown {
  return { ...state, minutes: packEntries(minutes) } satisfies PackedState;
}

/** @returns undefined when it is none, or of another version */
export function unpackState(stored: unknown): UsageState | undefined {
  if (typeof stored !== 'object' || stored === null || !('version' in stored)) return undefined;
  if (stored.version !== 1) return undefined;
  const { minutes, ...state } = stored as PackedState;
  return { ...state, minutes: unpackEntries(minutes) as readonly Minute[] };
}

import type { Now } from '../domain/instant.ts';
import { countStep, NEW_ACCOUNT } from './registerAccount.ts';
import type { Channel, UsageSample } from './sample.ts';
import type { ChannelAccount } from './state.ts';
import type { Tally } from './tally.ts';

/** What one channel did in one step. */
export interface Counted {
  readonly tally: Tally;
  readonly importWh: number;
  readonly exportWh: number;
  /** Its registers were read in this step. */
  readonly isRead: boolean;
  /** What the registers counted while nobody looked, and since when; it is in none of the sums above. */
  readonly late?: { readonly from: Now; readonly importWh: number; readonly exportWh: number };
}

/** Longer between two looks than this and what was seen is not taken to have held throughout. */
export const LONGEST_STEP_MS = 3_000;
/** Time that nobody saw, because the gateway was late. */
const LATE = 'cycle-overrun';
/** A register that was not read for so long brings the energy of a gap, not of this minute. */
const SILENT_AFTER_MS = 300_000;
/** For as long as the clock does not tell how long the power was off. */
const LONGEST_OFF_MS = 31 * 86_400_000;

/** Counts each channel step by step, by its registers and by its power. */
export class ChannelCounter {
  readonly #accounts: Record<string, ChannelAccount>;
  /** Channels whose registers were not read in this life. */
  readonly #restored: Set<string>;
  #isAfterGap = false;

  constructor(accounts: Readonly<Record<string, ChannelAccount>>) {
    this.#accounts = { ...accounts };
    this.#restored = new Set(Object.keys(accounts));
  }

  accounts(): Readonly<Record<string, ChannelAccount>> {
    return { ...this.#accounts };
  }

  /** The life before ended long ago: what the registers have counted since is of a gap. @returns channels that have one */
  resumeAfterGap(): readonly string[] {
    this.#isAfterGap = true;
    return Object.entries(this.#accounts).flatMap(([channelId, account]) =>
      account.import.lastWh === undefined && account.export.lastWh === undefined ? [] : [channelId],
    );
  }

  /** @param passedMs since the look before; what was seen is taken to have held for at most three seconds of it */
  count(channel: Channel, { now, channels }: UsageSample, passedMs: number): Counted {
    const { channelId, mostW } = channel;
    const reading = channels[channelId] ?? {};
    const { powerW, importRegisterWh, exportRegisterWh } = reading;
    const stepMs = Math.min(passedMs, LONGEST_STEP_MS);
    const integralWh = powerW === undefined ? 0 : (powerW * stepMs) / 3_600_000;
    const account = this.#accounts[channelId] ?? { import: NEW_ACCOUNT, export: NEW_ACCOUNT };
    const awayMs = this.#awayMs(channelId, now);
    const mostWh = (mostW * awayMs) / 3_600_000;
    const taken = countStep(account.import, {
      registerWh: importRegisterWh,
      integralWh: Math.max(0, integralWh),
      mostWh,
    });
    const given = countStep(account.export, {
      registerWh: exportRegisterWh,
      integralWh: Math.max(0, -integralWh),
      mostWh,
    });
    const isRead = importRegisterWh !== undefined || exportRegisterWh !== undefined;
    const isLate = isRead && this.#isLate(channelId, account, now);
    this.#accounts[channelId] = {
      import: taken.account,
      export: given.account,
      ...(isRead ? { seenAt: now } : account.seenAt === undefined ? {} : { seenAt: account.seenAt }),
    };
    const late =
      isLate && account.seenAt !== undefined
        ? { from: account.seenAt, importWh: taken.energyWh, exportWh: given.energyWh }
        : undefined;
    if (isRead) this.#restored.delete(channelId);
    const isKnown = powerW !== undefined && stepMs > 0;
    const missingMs = {
      ...(passedMs > stepMs && { [LATE]: passedMs - stepMs }),
      ...(powerW === undefined && stepMs > 0 && { [reading.cause ?? 'not-yet-read']: stepMs }),
    };
    const energy =
      late === undefined
        ? { importWh: taken.energyWh, exportWh: given.energyWh }
        : { importWh: 0, exportWh: 0 };
    return {
      ...energy,
      isRead,
      ...(late === undefined ? {} : { late }),
      tally: {
        coveredMs: isKnown ? stepMs : 0,
        wattSeconds: isKnown ? (powerW * stepMs) / 1000 : 0,
        ...(isKnown && { minimumW: powerW, maximumW: powerW }),
        ...energy,
        ...(Object.keys(missingMs).length > 0 && { missingMs }),
      },
    };
  }

  /** How long ago a register was read, at most. */
  #awayMs(channelId: string, now: Now): number {
    const seenAt = this.#accounts[channelId]?.seenAt;
    if (seenAt === undefined) return 0;
    if (!this.#restored.has(channelId)) return now.runningMs - seenAt.runningMs;
    if (seenAt.clockLevel === 'none' || now.clockLevel === 'none') return LONGEST_OFF_MS;
    return Math.max(now.runningMs - seenAt.runningMs, now.utcMs - seenAt.utcMs);
  }

  #isLate(channelId: string, { seenAt }: ChannelAccount, now: Now): boolean {
    if (seenAt === undefined) return false;
    const isOfGap = this.#isAfterGap && this.#restored.has(channelId);
    return isOfGap || now.runningMs - seenAt.runningMs >= SILENT_AFTER_MS;
  }
}

import type { Now } from '../domain/instant.ts';
import type { UsageSample } from './sample.ts';

/** A run of samples, one a second. */
export interface SecondBlock {
  readonly from: Now;
  /** By channel id: watts of each second; null where the power was not known or nobody looked. */
  readonly powersW: Readonly<Record<string, readonly (number | null)[]>>;
}

/** Nobody took the samples for so long: what waits is given up for what comes. */
const LONGEST_MS = 6 * 3_600_000;

/** Gathers samples of each second until they are written; what was not written is lost with the process. */
export class SecondGatherer {
  #from: Now | undefined;
  #length = 0;
  #powersW = new Map<string, (number | null)[]>();

  /** Several looks in one second: the last counts. */
  add({ now, channels }: UsageSample): void {
    if (this.#from !== undefined && now.runningMs - this.#from.runningMs >= LONGEST_MS) this.take();
    this.#from ??= now;
    const place = Math.floor((now.runningMs - this.#from.runningMs) / 1000);
    this.#length = Math.max(this.#length, place + 1);
    for (const [channelId, { powerW }] of Object.entries(channels)) {
      const powersW = this.#powersW.get(channelId) ?? [];
      while (powersW.length < place) powersW.push(null);
      powersW[place] = powerW === undefined ? null : Math.round(powerW);
      this.#powersW.set(channelId, powersW);
    }
  }

  lengthMs(): number {
    return this.#length * 1000;
  }

  take(): SecondBlock | undefined {
    if (this.#from === undefined) return undefined;
    const block: SecondBlock = { from: this.#from, powersW: Object.fromEntries(this.#powersW) };
    this.#from = undefined;
    this.#length = 0;
    this.#powersW = new Map();
    return block;
  }
}

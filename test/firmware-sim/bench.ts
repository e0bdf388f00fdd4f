import { type Stand, type StandOptions, standDevice } from '../../firmware-sim/stand.ts';

export interface Bench {
  readonly stand: Stand;
  /** Moves the bench on. */
  pass(delayMs: number): void;
  /** Asks the device now; hex in, hex out, silence as 'silence'. */
  ask(pduHex: string): string;
  /** The words of an answer to function 3 or 4, as hex. */
  words(address: number, count: number, functionCode?: 3 | 4): string;
}

/** One device alone, with a hand on its clock and its circuit; nothing is noisy. */
export function standBench(model: string, options: Partial<StandOptions> = {}): Bench {
  const stand = standDevice(model, { startAtMs: 0, ...options });
  const ask = (pduHex: string): string =>
    stand.respond(Buffer.from(pduHex.replaceAll(' ', ''), 'hex'))?.toString('hex') ?? 'silence';
  return {
    stand,
    pass: (delayMs) => {
      stand.advanceTo(stand.nowMs + delayMs);
    },
    ask,
    words: (address, count, functionCode = 3) => {
      const reply = ask(`0${functionCode} ${hexWord(address)} ${hexWord(count)}`);
      if (!reply.startsWith(`0${functionCode}`)) throw new Error(`address ${address}: refused with ${reply}`);
      return reply.slice(4);
    },
  };
}

export function hexWord(value: number): string {
  return (value & 0xffff).toString(16).padStart(4, '0');
}

export interface FoundModel {
  readonly id: number;
  readonly address: number;
  readonly length: number;
}

/** Walks a SunSpec chain as the standard says: from "SunS" on, by each model's length, up to 0xFFFF. */
export function walkChain({ words }: Bench): readonly FoundModel[] {
  if (words(40_000, 2) !== '53756e53') throw new Error('no SunSpec mark at 40000');
  const models: FoundModel[] = [];
  for (let address = 40_002; ; ) {
    const header = words(address, 2);
    const id = Number.parseInt(header.slice(0, 4), 16);
    const length = Number.parseInt(header.slice(4), 16);
    if (id === 0xffff) return models;
    models.push({ id, address, length });
    address += 2 + length;
  }
}

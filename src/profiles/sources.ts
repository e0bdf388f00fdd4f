import type { ProfileData } from './profileSchema.ts';
import type { RawReader, RegisterType, WordOrder } from './registers.ts';
import { rawReader } from './registers.ts';

/** The words (or bits) of the latest answers that one point is made of, in the order of its blocks. */
export type PointAnswers = readonly (readonly number[])[];

/** A register somewhere among the blocks, as the data writes it. */
export interface Place {
  readonly block: string;
  readonly address: number;
  readonly type?: RegisterType;
  readonly wordOrder?: WordOrder | undefined;
}

/** Gives a raw number out of the answers of a point. */
export type ReadSource = (answers: PointAnswers) => number;

/** Collects the blocks that one point is made of, and makes the readers of its places among them. */
export class PointSources {
  readonly #data: ProfileData;
  readonly #names: readonly string[];
  readonly #blocks: number[] = [];

  constructor(data: ProfileData) {
    this.#data = data;
    this.#names = Object.keys(data.blocks);
  }

  /** Indexes of the blocks collected so far. */
  get blocks(): readonly number[] {
    return this.#blocks;
  }

  /** Where the answer of this block stands among the point's answers. */
  slotOf(block: string): number {
    const index = this.#names.indexOf(block);
    const slot = this.#blocks.indexOf(index);
    return slot >= 0 ? slot : this.#blocks.push(index) - 1;
  }

  offsetOf({ block, address }: Place): number {
    return address - (this.#data.blocks[block]?.address ?? 0);
  }

  read(place: Place, type: RegisterType): ReadSource {
    const slot = this.slotOf(place.block);
    const reader: RawReader = rawReader(type, this.offsetOf(place), place.wordOrder ?? this.#data.wordOrder);
    return (answers) => reader(answers[slot] ?? []);
  }
}

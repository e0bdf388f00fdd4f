import type { ModbusResult } from '../ports/modbusLine.ts';
import { isFound, type Look, lookRequest, textOf } from '../profiles/looks.ts';
import type { Profile } from '../profiles/profile.ts';
import { rawReader, type WordOrder } from '../profiles/registers.ts';
import { findModel, type SunSpecChain, walkSunSpecChain } from '../profiles/sunSpecChain.ts';
import { isShipped, linksOf } from './links.ts';
import type { Pace, UnitReader } from './unitReader.ts';
import type { Wire } from './wire.ts';

/**
 * How much a mark that holds says about the model; only the order is of meaning. A text names it; a large number is hardly
 * there by chance; small numbers and ranges are found in many devices.
 */
const WEIGHTS = { text: 4, large: 3, float: 1.5, small: 1, excluded: 0.5 } as const;
const STRONG = WEIGHTS.large;
/** Numbers below occur everywhere. */
const SMALL_NUMBER = 16;
const TWO_WORDS = 0x1_0000;
/** The strongest mark counts more than any number of others: the maker's name beats three standard model numbers. */
const STRONGEST_FACTOR = 10;
const SHIPPED_BONUS = 0.5;

/** A profile that a unit may be. */
export interface Candidate {
  readonly profile: Profile;
  readonly score: number;
  /** Weight of its strongest mark. */
  readonly strongest: number;
  readonly isStrong: boolean;
  readonly why: string;
}

/** Looks for the marks of profiles in one unit; chains of models are walked once. */
export class MarkFinder {
  readonly #reader: UnitReader;
  readonly #wire: Wire;
  readonly #chains = new Map<string, SunSpecChain | undefined>();

  constructor(reader: UnitReader, wire: Wire) {
    this.#reader = reader;
    this.#wire = wire;
  }

  /** Nothing at the first mark that does not hold. */
  async compare(profile: Profile): Promise<Candidate | undefined> {
    const found: string[] = [];
    const weights: number[] = [];
    for (const look of profile.data.fingerprint) {
      const answer = await this.#look(look, profile);
      if (answer?.ok !== true || !isFound(look, answer.words, profile.data.wordOrder)) return undefined;
      weights.push(weightOf(look));
      found.push(describeMark(look, answer.words, profile.data.wordOrder));
    }
    const strongest = Math.max(...weights);
    const sum = weights.reduce((total, weight) => total + weight, 0);
    const score = strongest * STRONGEST_FACTOR + sum + this.#bonusOf(profile);
    return { profile, score, strongest, isStrong: strongest >= STRONG, why: `found ${found.join(' and ')}` };
  }

  /** For a profile without marks: whether everything that it reads often can be read. */
  async tryBlocks(profile: Profile): Promise<Candidate | undefined> {
    const blocks = Object.values(profile.data.blocks).filter(({ group }) => group === 'fast');
    for (const { function: functionCode, address, count, model } of blocks) {
      if (model !== undefined) return undefined;
      const answer = await this.#reader.ask({ functionCode, address, count }, paceOf(profile));
      if (!answer.ok) return undefined;
    }
    const why = 'it has no mark of its own, but answers where this profile reads; compare the values below';
    return { profile, score: this.#bonusOf(profile), strongest: 0, isStrong: false, why };
  }

  async findObstacles(profile: Profile): Promise<readonly string[]> {
    const obstacles: string[] = [];
    for (const look of profile.data.requires ?? []) {
      const answer = await this.#look(look, profile);
      if (answer?.ok !== true || !isFound(look, answer.words, profile.data.wordOrder))
        obstacles.push(look.why);
    }
    return obstacles;
  }

  async #look(look: Look, profile: Profile): Promise<ModbusResult | undefined> {
    const pace = paceOf(profile);
    if (look.model === undefined) return this.#reader.ask(lookRequest(look), pace);
    const chain = await this.#chain(profile, pace);
    const model = chain && findModel(chain, look.model, look.occurrence);
    return model === undefined ? undefined : this.#reader.ask(lookRequest(look, model.address), pace);
  }

  async #chain({ data }: Profile, pace: Pace): Promise<SunSpecChain | undefined> {
    const bases = data.sunSpec?.bases ?? [];
    const key = bases.join(' ');
    if (!this.#chains.has(key)) {
      const walked = await walkSunSpecChain(bases, (address, count) =>
        this.#reader.ask({ functionCode: 3, address, count }, pace),
      );
      this.#chains.set(key, walked.ok ? walked.chain : undefined);
    }
    return this.#chains.get(key);
  }

  #bonusOf(profile: Profile): number {
    const isAsShipped = linksOf(profile).some((link) => isShipped(link, this.#wire, this.#reader.unit));
    return isAsShipped ? SHIPPED_BONUS : 0;
  }
}

function paceOf({ data }: Profile): Pace {
  const { timeoutMs, silenceMs, readSpacingMs } = data.timing;
  return { timeoutMs, silenceMs, readSpacingMs };
}

/** What a mark is worth, whether it holds or not. */
export function weightOf({ type, is, between }: Look): number {
  if (type === 'text') return WEIGHTS.text;
  if (is !== undefined) return is.every((value) => value >= SMALL_NUMBER) ? WEIGHTS.large : WEIGHTS.small;
  if (between === undefined) return WEIGHTS.excluded;
  if (type === 'f32') return WEIGHTS.float;
  return type === 'u32' && between[0] >= TWO_WORDS ? WEIGHTS.large : WEIGHTS.small;
}

function describeMark(look: Look, words: readonly number[], wordOrder: WordOrder): string {
  const place =
    look.model === undefined
      ? `address ${look.address} (function ${look.function})`
      : `SunSpec model ${look.model.join(' or ')}, offset ${look.address}`;
  const found = describeFound(look, words, wordOrder);
  return `${found} at ${place}`;
}

function describeFound(
  { type, wordOrder: own }: Look,
  words: readonly number[],
  wordOrder: WordOrder,
): string {
  if (type === 'text') return `"${textOf(words)}"`;
  const value = rawReader(type, 0, own ?? wordOrder)(words);
  return type === 'f32' ? String(Number(value.toPrecision(5))) : String(value);
}

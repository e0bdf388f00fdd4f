import { z } from 'zod';
import {
  address,
  durationMs,
  inModel,
  rawValue,
  readFunction,
  registerType,
  sentence,
  unit,
  word,
  wordOrder,
} from './schemaParts.ts';

export const block = z.strictObject({
  function: readFunction,
  ...inModel,
  address,
  count: z.int().min(1).max(2000).describe('registers or bits read in one request'),
  group: z.enum(['fast', 'slow']).describe('fast is always read first; slow shares the slots that remain'),
  cadenceMs: durationMs.min(100).describe('how often it should be read'),
  gapWhy: sentence.optional().describe('why it reads a long run of registers that no point uses'),
});

/** A register somewhere among the blocks. */
const place = { block: z.string(), address };

/** The power of ten that a value is to be multiplied by, as an i16 register; 0x8000: the value cannot be used. */
const scaleFactor = z.strictObject(place);

/** True while every part of it is true. */
export const condition = z.strictObject({
  is: z.array(rawValue).min(1).optional(),
  isNot: z.array(rawValue).min(1).optional(),
  bitsSet: z.int().min(1).optional().describe('mask of bits that must all be set'),
  bitsClear: z.int().min(1).optional().describe('mask of bits that must all be clear'),
});

export const input = z.strictObject({
  ...place,
  type: z.enum(['u16', 'i16', 'u32']),
  wordOrder: wordOrder.optional(),
  mask: rawValue.optional().describe('bits that are looked at; the others count as 0'),
});

export const when = z.strictObject({ ...input.shape, ...condition.shape });

const numberPoint = z.strictObject({
  is: z.literal('number'),
  ...place,
  type: registerType,
  unit,
  wordOrder: wordOrder.optional(),
  scaleFactor: scaleFactor.optional(),
  positive: z
    .enum(['import', 'export'])
    .optional()
    .describe('what a positive register means; import if left out'),
  notAvailable: z
    .array(z.array(word).min(1))
    .optional()
    .describe('words in the order of the wire by which the device says that it has no value'),
  plausible: z
    .tuple([z.number(), z.number()])
    .describe('least and most that is physically possible, in the unit of the point'),
  perAmp: z
    .number()
    .positive()
    .optional()
    .describe('for a current kept as power: watts of one amp at the lowest supply voltage'),
  shareOf: z
    .strictObject({ ...place, type: registerType, unit, scaleFactor: scaleFactor.optional() })
    .optional()
    .describe('the register is a share ("%") of this other one; the point is the share times it'),
  atLeastZero: z
    .boolean()
    .optional()
    .describe('a value below 0 counts as 0: the other direction is another point'),
  zeroWhen: z
    .array(when)
    .min(1)
    .optional()
    .describe('the point is 0 while one of these holds, whatever the register says'),
  wholeWhen: z
    .array(when)
    .min(1)
    .optional()
    .describe(
      'the point is its most (what it is a share of, else the upper end of plausible) while one of these holds',
    ),
});

const bitPoint = z.strictObject({
  is: z.literal('bit').describe('a coil or discrete input: 1 is true'),
  ...place,
});

const rulesPoint = z.strictObject({
  is: z
    .literal('rules')
    .describe('a state from one or several registers; the first rule that fits, else unknown'),
  inputs: z.record(z.string(), input),
  rules: z
    .array(
      z.strictObject({
        when: z.record(z.string(), condition),
        becomes: z.union([z.boolean(), z.enum(['A', 'B', 'C', 'D', 'E', 'F'])]),
      }),
    )
    .min(1),
});

const fixedPoint = z.strictObject({
  is: z
    .literal('fixed')
    .describe('a value that the maker fixes: as fresh as the block that shows the device alive'),
  block: z.string(),
  value: z.number(),
  why: sentence,
});

export const point = z.discriminatedUnion('is', [numberPoint, bitPoint, rulesPoint, fixedPoint]);

/** One look at the device: what is read and what must be found there. */
const look = {
  function: readFunction,
  ...inModel,
  address,
  type: z.enum(['u16', 'i16', 'u32', 'f32', 'text']),
  wordOrder: wordOrder.optional(),
  registers: z
    .int()
    .min(1)
    .max(64)
    .optional()
    .describe('for a text: how many registers it has, two characters in each'),
  is: z.array(rawValue).min(1).optional(),
  isNot: z.array(rawValue).min(1).optional(),
  between: z.tuple([z.number(), z.number()]).optional(),
  startsWith: z.string().min(1).optional().describe('for a text, without regard to capitals'),
};

export const fingerprint = z.strictObject(look);
export const requirement = z.strictObject({
  ...look,
  why: sentence.describe('what is wrong with a device where it is not so, and what to do'),
});

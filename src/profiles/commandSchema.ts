import { z } from 'zod';
import {
  address,
  durationMs,
  inModel,
  registerType,
  sentence,
  unit,
  word,
  wordOrder,
  writeFunction,
} from './schemaParts.ts';

const registerWriteFunction = z.union([z.literal(6), z.literal(16)]);

/** A write whose words are known beforehand. */
const fixedWrite = z.strictObject({
  function: writeFunction,
  ...inModel,
  address,
  words: z.array(word).min(1),
});

/** Where a value goes and how it is written there. */
const target = {
  function: registerWriteFunction,
  ...inModel,
  address,
  type: registerType.optional().describe('u16 if left out; larger types need function 16'),
  wordOrder: wordOrder.optional().describe("the profile's if left out"),
  unit,
};

const pauseAndResume = {
  pause: z
    .array(fixedWrite)
    .min(1)
    .optional()
    .describe('sent first to pause, before the 0 if that is written at all'),
  resume: z
    .array(fixedWrite)
    .min(1)
    .optional()
    .describe('sent after a set-point that widens: only then may charging begin. Never sent when narrowing'),
};

export const setChargeCurrent = z.strictObject({
  ...target,
  perAmp: z
    .number()
    .positive()
    .optional()
    .describe(
      'for a set-point in W: watts of one amp at the lowest supply voltage, so that the current is never more',
    ),
  minimumA: z.number().min(0).describe('least current that charges; below it the session pauses'),
  maximumA: z.number().positive().describe('most that the register takes; more is cut to it'),
  stepA: z.number().positive().describe('least step that the device can tell apart; rounded down to it'),
  zeroMeans: z
    .enum(['paused', 'notWritten'])
    .describe(
      'paused: 0 pauses and never means "no limit"; notWritten: the register does not take 0, `pause` does it alone',
    ),
  ...pauseAndResume,
});

const switchWrite = z.strictObject({
  function: writeFunction,
  address: address.describe('address for the first channel; the others follow one by one'),
  word,
});

export const setSwitch = z.strictObject({
  firstChannel: z.int().min(0).describe('number of the first channel as printed on the device'),
  channels: z.int().min(1).max(256),
  closed: switchWrite.describe('what closes the contact, so that the load has current'),
  open: switchWrite.describe('what opens the contact'),
  closedHoldsMs: durationMs
    .optional()
    .describe('the device opens by itself this long after the last "closed"; left out: it stays closed'),
});

/** One frame of a limit: fixed words, and "limit" where the value goes (one or two words, by its type). */
const limitFrame = z.strictObject({
  function: registerWriteFunction,
  ...inModel,
  address,
  words: z.array(z.union([word, z.literal('limit')])).min(1),
});

export const setPowerLimit = z.strictObject({
  type: registerType.describe('of the limit'),
  wordOrder: wordOrder.optional(),
  unit: unit.describe('"W", or "%" and parts of it: then of `shareOfPoint`'),
  scaleFactor: z
    .strictObject({ block: z.string(), address })
    .optional()
    .describe('power of ten of the limit, read from the device'),
  shareOfPoint: z.literal('ratedPowerW').optional(),
  minimumW: z.number().min(0).describe('less than this becomes 0'),
  limited: z.array(limitFrame).min(1).describe('what sets a limit, in this order'),
  released: z.array(fixedWrite).min(1).describe('what hands the device back as it was found'),
  lapsesMs: durationMs
    .optional()
    .describe('the device gives the limit up by itself this long after the last write; left out: it stays'),
  lapsesTo: z.enum(['fullPower', 'chosenLimit']).optional(),
});

/** A bidirectional charge point: one signed power for both directions. The gateway takes control only while a limit binds. */
export const setSignedPower = z.strictObject({
  ...target,
  positive: z.enum(['charge', 'discharge']).describe('what a positive register means'),
  perAmp: z.number().positive().describe('watts of one amp at the lowest supply voltage'),
  minimumW: z.number().min(0).describe('less than this in either direction becomes 0: stop'),
  chargeMaximumW: z.number().positive(),
  dischargeMaximumW: z.number().positive(),
  takeControl: z.array(fixedWrite).min(1).describe('sent before the set-point'),
  start: z
    .array(fixedWrite)
    .min(1)
    .describe(
      'sent after a set-point that is not 0 and widens, or while power flows: a narrowing begins nothing',
    ),
  stop: z.array(fixedWrite).min(1).describe('sent instead of a set-point of 0'),
  handBack: z.array(fixedWrite).min(1).describe('leaves the device as it was found'),
});

/** Only ever sent to a charge point that is paused, and sent whole: its writes one after the other at the maker's pace. */
export const setPhases = z.strictObject({
  one: z.array(fixedWrite).min(1).describe('what makes it charge on its own L1 alone'),
  three: z.array(fixedWrite).min(1).describe('what makes it charge on all three phases'),
});

export const allowance = z.strictObject({
  function: writeFunction,
  ...inModel,
  address,
  addresses: z.int().min(1).max(256).default(1).describe('how many addresses in a row this is for'),
  values: z
    .array(z.strictObject({ from: word, to: word }))
    .min(1)
    .describe(
      'raw words that may be sent, as ranges; a value of several words is bounded by its command as well',
    ),
  wear: z.enum(['ram', 'kept']).describe('kept: held in memory that wears with each write'),
  leastSpacingMs: durationMs.describe('least time between two widening writes to this register'),
  dailyBudget: z
    .int()
    .min(1)
    .optional()
    .describe('for kept registers: most writes in a day that do not narrow'),
});

export const forbidden = z.strictObject({
  function: writeFunction.optional().describe('left out: by any function'),
  ...inModel,
  address,
  addresses: z.int().min(1).max(65_536).default(1),
  values: z.array(word).optional().describe('only these words; left out: any'),
  why: sentence,
});

export const preparation = z.strictObject({
  function: writeFunction,
  ...inModel,
  address,
  word,
  why: sentence,
});

const fallbackCurrent = z.strictObject({
  ...target,
  minimumA: z.number().min(0),
  maximumA: z.number().positive(),
  zeroMeans: z.enum(['stopsCharging', 'notAllowed']),
});
const fallbackTimeout = z.strictObject({
  ...target,
  minimumMs: durationMs.min(1),
  maximumMs: durationMs,
  zeroMeans: sentence.describe('what the device does with 0; it is never written'),
});
const fixedCurrent = z.strictObject({ fixedA: z.number().min(0), why: sentence });
const fixedTimeout = z.strictObject({ fixedMs: durationMs.min(1), why: sentence });

export const fallback = z.strictObject({
  current: z.union([fallbackCurrent, fixedCurrent]),
  timeout: z.union([fallbackTimeout, fixedTimeout]),
});

export const watchdog = z.strictObject({
  fedBy: z
    .enum(['anyFrame', 'write', 'register', 'refreshedCommand', 'nothing'])
    .describe(
      'anyFrame: also a read; write: a repeated set-point; register: `keepAlive`; refreshedCommand: the command lapses',
    ),
  fallsTo: sentence,
  isSafe: z.boolean().describe('true when a dead gateway leaves the load within what was planned'),
});

export const keepAlive = z.strictObject({
  everyMs: durationMs.min(500).describe('at most half of the time that the device waits'),
  writes: z.array(fixedWrite).min(1),
});

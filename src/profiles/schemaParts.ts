import { z } from 'zod';
import { POINT_NAME_LIST, POINT_NAME_PATTERN } from './pointNames.ts';
import { REGISTER_UNIT_PATTERN } from './units.ts';

/** Registers and addresses may be written as the manual prints them: 1008 or "0x03F0". */
export const word = z
  .union([z.int().min(0).max(0xffff), z.string().regex(/^0x[0-9A-Fa-f]{1,4}$/)])
  .transform(Number)
  .describe('0 to 65535, or hexadecimal text such as "0x00FF"');
/** A raw register value of up to 32 bits; text in hexadecimal where the manual prints bits or characters. */
export const rawValue = z
  .union([z.int(), z.string().regex(/^0x[0-9A-Fa-f]{1,8}$/)])
  .transform(Number)
  .describe('a whole number, or hexadecimal text such as "0x4332"');
export const address = word.describe(
  '0-based address as on the wire, or within a model its offset from the model id; a number, or text such as "0x0156"',
);
export const sentence = z.string().min(3);
export const durationMs = z.int().min(0).max(86_400_000);
export const unit = z
  .string()
  .regex(
    REGISTER_UNIT_PATTERN,
    'expected the unit of one register step, such as "mA", "0.1 A", "kWh", "s" or "none"',
  )
  .describe('unit of one register step as the maker gives it: "mA", "0.1 A", "kWh", "s", "none"');
export const pointName = z
  .string()
  .regex(POINT_NAME_PATTERN, `not a point of the gateway; known are: ${POINT_NAME_LIST}`);
export const readFunction = z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]);
export const writeFunction = z.union([z.literal(5), z.literal(6), z.literal(15), z.literal(16)]);
export const registerType = z.enum(['u16', 'i16', 'u32', 'i32', 'u64', 'i64', 'f32', 'f64']);
export const wordOrder = z.enum(['mostSignificantFirst', 'leastSignificantFirst']);

/**
 * SunSpec maps only: the block or register lies in a model of the chain, and its address counts from the model's id (id = 0,
 * length = 1, first point = 2). Several ids are alternatives of one layout; the first one found in the chain is used.
 */
export const inModel = {
  model: z.array(z.int().min(1).max(65_534)).min(1).optional(),
  occurrence: z
    .int()
    .min(1)
    .max(16)
    .optional()
    .describe('which of several models with these ids, counted along the chain from 1; 1 if left out'),
};

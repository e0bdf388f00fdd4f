import { z } from 'zod';
import { type ConsentPurpose, GATEWAY_PURPOSES } from '../domain/consent.ts';

/**
 * For what a field goes up. `operation`: the working and the safety of the gateway rest on it (faults, limits, commands and
 * their causes, the state of the record and of consent). `restrictionRecord`: the lawful record of an emergency restriction,
 * minimal, and owed after a withdrawal for what was before it. All others need consent.
 */
export type FieldPurpose = ConsentPurpose | 'operation' | 'restrictionRecord';

export const PURPOSE_KEY = 'x-purpose';
export const PURPOSE_WHEN_KEY = 'x-purpose-when';

/** Of an object that is of another purpose when one of its fields has a certain value. */
export interface PurposeWhen {
  readonly field: string;
  readonly is: string;
  readonly purpose: FieldPurpose;
}

/** Says for what a field and all below it go up; it stands in the published schema. */
export function goesUpFor<T extends z.ZodType>(purpose: FieldPurpose, schema: T, when?: PurposeWhen): T {
  return schema.meta({ [PURPOSE_KEY]: purpose, ...(when !== undefined && { [PURPOSE_WHEN_KEY]: when }) });
}

/**
 * Which purposes were left out for lack of consent, so that what is missing is taken neither for zero nor for unknown.
 * Absent: nothing was.
 */
export const withheldSchema = goesUpFor(
  'operation',
  z.array(z.enum(GATEWAY_PURPOSES as [ConsentPurpose])).min(1),
);

/** A fault of the way to the back office tells how the broadband is doing. */
export const OF_THE_NETWORK = {
  field: 'code',
  is: 'back-office-unreachable',
  purpose: 'networkDiagnostics',
} as const satisfies PurposeWhen;

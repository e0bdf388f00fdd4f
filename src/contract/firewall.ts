import { z } from 'zod';
import type { ConsentPurpose } from '../domain/consent.ts';
import { eventSchema } from './event.ts';
import { type FieldPurpose, PURPOSE_KEY, PURPOSE_WHEN_KEY, type PurposeWhen } from './purpose.ts';
import { signedBodySchema } from './receipt.ts';
import { statusReportBodySchema } from './statusReport.ts';
import { telemetrySchema } from './telemetry.ts';

const BODIES = {
  receipts: signedBodySchema,
  events: eventSchema,
  telemetry: telemetrySchema,
  status: statusReportBodySchema,
} as const;

export type CutStream = keyof typeof BODIES;

/** Nothing of it may leave. */
const NOTHING = Symbol('nothing');

/**
 * A body as consent lets it leave the house: without every field whose purpose is not covered, and without any that the
 * contract does not know. What was left out is named in `withheld`, which stays from an earlier cut.
 * @returns the very same body where nothing had to go; undefined where nothing is left
 */
export function cutToConsent(
  stream: CutStream,
  body: object,
  covered: ReadonlySet<ConsentPurpose>,
): object | undefined {
  const withheld = new Set<FieldPurpose>(
    'withheld' in body && Array.isArray(body.withheld) ? body.withheld : [],
  );
  const before = withheld.size;
  const cut = cutValue(BODIES[stream], body, { covered, withheld }, undefined);
  if (cut === NOTHING) return undefined;
  if (withheld.size === before) return cut as object;
  return { ...(cut as object), withheld: [...withheld] };
}

/** The purposes that are named in a body: for people who look at what waits. */
export function purposesIn(stream: CutStream, body: object): readonly FieldPurpose[] {
  const seen = new Set<FieldPurpose>();
  cutValue(BODIES[stream], body, { covered: new Set(), withheld: seen, isLooking: true }, undefined);
  return [...seen];
}

interface Cutting {
  readonly covered: ReadonlySet<ConsentPurpose>;
  readonly withheld: Set<FieldPurpose>;
  /** Nothing is cut; what is met is only noted. */
  readonly isLooking?: boolean;
}

function cutValue(
  schema: z.ZodType,
  value: unknown,
  cutting: Cutting,
  inherited: FieldPurpose | undefined,
): unknown {
  const purpose = ownPurpose(schema, value) ?? inherited;
  const inner = innerOf(schema);
  if (inner !== undefined) return cutValue(inner, value, cutting, purpose);
  const option = optionFor(schema, value);
  if (option !== undefined) return cutValue(option, value, cutting, purpose);
  if (schema instanceof z.ZodObject && isRecord(value)) return cutObject(schema, value, cutting, purpose);
  if (schema instanceof z.ZodArray && Array.isArray(value)) return cutArray(schema, value, cutting, purpose);
  return mayPass(purpose, cutting) ? value : NOTHING;
}

function cutObject(
  schema: z.ZodObject,
  value: Readonly<Record<string, unknown>>,
  cutting: Cutting,
  purpose: FieldPurpose | undefined,
): unknown {
  let isChanged = false;
  const entries: [string, unknown][] = [];
  for (const [name, field] of Object.entries(value)) {
    const fieldSchema = schema.shape[name];
    const cut =
      fieldSchema === undefined ? NOTHING : cutValue(fieldSchema as z.ZodType, field, cutting, purpose);
    if (cut !== field) isChanged = true;
    if (cut !== NOTHING) entries.push([name, cut]);
  }
  if (!isChanged) return value;
  return entries.length === 0 || onlyTells(entries, value) ? NOTHING : Object.fromEntries(entries);
}

/** The kind of an event or the note of an earlier cut alone tells of nothing that may be told. */
function onlyTells(entries: readonly (readonly [string, unknown])[], value: object): boolean {
  return Object.keys(value).length > entries.length && entries.every(([name]) => name === 'withheld');
}

function cutArray(
  schema: z.ZodArray,
  value: readonly unknown[],
  cutting: Cutting,
  purpose: FieldPurpose | undefined,
): unknown {
  if (value.length === 0)
    return mayPass(purpose ?? ownPurpose(schema.element as z.ZodType, {}), cutting) ? value : NOTHING;
  const cuts = value.map((item) => cutValue(schema.element as z.ZodType, item, cutting, purpose));
  if (cuts.every((cut, index) => cut === value[index])) return value;
  const left = cuts.filter((cut) => cut !== NOTHING);
  // A list that is left without anything would read as one in which there is nothing.
  return left.length === 0 && !mayPass(purpose ?? 'operation', cutting) ? NOTHING : left;
}

function mayPass(purpose: FieldPurpose | undefined, { covered, withheld, isLooking }: Cutting): boolean {
  if (isLooking === true) {
    if (purpose !== undefined) withheld.add(purpose);
    return true;
  }
  // A test holds that every field has a purpose; one without has no business outside.
  if (purpose === undefined) return false;
  if (purpose === 'operation' || purpose === 'restrictionRecord' || covered.has(purpose)) return true;
  withheld.add(purpose);
  return false;
}

/** As the schema says it itself; not of what it wraps. */
export function ownPurpose(schema: z.ZodType, value?: unknown): FieldPurpose | undefined {
  const meta = schema.meta();
  const when = meta?.[PURPOSE_WHEN_KEY] as PurposeWhen | undefined;
  if (when !== undefined && isRecord(value) && value[when.field] === when.is) return when.purpose;
  return meta?.[PURPOSE_KEY] as FieldPurpose | undefined;
}

/** Behind optional and the like. */
export function innerOf(schema: z.ZodType): z.ZodType | undefined {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodExactOptional ||
    schema instanceof z.ZodNullable
  ) {
    return schema.unwrap() as z.ZodType;
  }
  return undefined;
}

export function optionsOf(schema: z.ZodType): readonly z.ZodType[] | undefined {
  if (schema instanceof z.ZodUnion || schema instanceof z.ZodDiscriminatedUnion) {
    return schema.options as readonly z.ZodType[];
  }
  return undefined;
}

function optionFor(schema: z.ZodType, value: unknown): z.ZodType | undefined {
  const options = optionsOf(schema);
  if (options === undefined) return undefined;
  if (schema instanceof z.ZodDiscriminatedUnion && isRecord(value)) {
    const name = schema.def.discriminator;
    const found = value[name];
    const isIts = (option: z.ZodType): boolean =>
      option instanceof z.ZodObject &&
      (option.shape[name] as z.ZodType | undefined)?.safeParse(found).success === true;
    return options.find(isIts);
  }
  return options.find((option) => option.safeParse(value).success);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import type { z } from 'zod';
import { type Refusal, refuse } from './refusal.ts';

export type ControlReading<T> = { readonly ok: true; readonly message: T } | Refusal;

/** The payloads that a topic carries, by their `schema`. */
export type Schemas<T> = Readonly<Record<string, z.ZodType<T>>>;

/**
 * Reads the payload of a signed message: JSON, version, then every field. Fields that the schema does not know are left
 * out or refused, as the schema says, so they reach no decision. A version that is not expected is refused whole.
 */
export function readControl<T>(text: string, schemas: Schemas<T>): ControlReading<T> {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    return refuse(`its payload is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const found = typeof data === 'object' && data !== null && 'schema' in data ? data.schema : undefined;
  const schema = typeof found === 'string' && Object.hasOwn(schemas, found) ? schemas[found] : undefined;
  if (schema === undefined) {
    const what = found === undefined ? 'missing' : JSON.stringify(found);
    const known = Object.keys(schemas).map((name) => `"${name}"`);
    return refuse(`schema is ${what}; this gateway reads ${known.join(' or ')} on this topic`);
  }
  const parsed = schema.safeParse(data);
  if (parsed.success) return { ok: true, message: parsed.data };
  return refuse(
    parsed.error.issues.map((issue) => `${issue.path.join('.') || 'message'}: ${issue.message}`).join('; '),
  );
}

import type { z } from 'zod';
import { type Refusal, refuse } from './refusal.ts';

/** The longest schedule, indented, has some 12 000 bytes. Whatever is far larger is no command and is not parsed. */
const MOST_CONTROL_BYTES = 16_384;

export type ControlReading<T> = { readonly ok: true; readonly message: T } | Refusal;

/**
 * Reads a command from the broker: size, text, JSON, version, then every field. Fields that the schema does not know
 * are left out, so they reach no decision. A version that is not the expected one is refused whole.
 */
export function readControl<T>(
  payload: Uint8Array,
  expectedSchema: string,
  schema: z.ZodType<T>,
): ControlReading<T> {
  if (payload.byteLength > MOST_CONTROL_BYTES) {
    return refuse(`it has ${payload.byteLength} bytes; a command has at most ${MOST_CONTROL_BYTES}`);
  }
  let data: unknown;
  try {
    data = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch (error) {
    return refuse(`it is not JSON in UTF-8: ${error instanceof Error ? error.message : String(error)}`);
  }
  const found = typeof data === 'object' && data !== null && 'schema' in data ? data.schema : undefined;
  if (found !== expectedSchema) {
    const what = found === undefined ? 'missing' : JSON.stringify(found);
    return refuse(`schema is ${what}; this gateway reads "${expectedSchema}" on this topic`);
  }
  const parsed = schema.safeParse(data);
  if (parsed.success) return { ok: true, message: parsed.data };
  return refuse(
    parsed.error.issues.map((issue) => `${issue.path.join('.') || 'message'}: ${issue.message}`).join('; '),
  );
}

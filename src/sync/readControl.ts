import type { z } from 'zod';

/** A curtailment has some 400 bytes. Whatever is far larger is not one and is not parsed. */
const MOST_CONTROL_BYTES = 8_192;

export type ControlReading<T> =
  | { readonly ok: true; readonly message: T }
  | { readonly ok: false; readonly cause: string };

const MOST_CAUSE_CHARACTERS = 300;

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

/** What the sender wrote may stand in the cause: bounded, and without characters that steer a terminal. */
function refuse(cause: string): { readonly ok: false; readonly cause: string } {
  return { ok: false, cause: cause.replace(/\p{Cc}/gu, '?').slice(0, MOST_CAUSE_CHARACTERS) };
}

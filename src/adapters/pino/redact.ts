/** Names of fields whose value is never written, wherever they stand and in whatever case. */
const SECRET_NAME =
  /pass(word|phrase|wd)|secret|token|credential|authori[sz]ation|cookie|private[_-]?key|api[_-]?key|^(pin|psk|key)$/i;

/** User and password in an address. */
const CREDENTIALS_IN_ADDRESS = /(\w:\/\/)[^\s/@]+@/g;

const HIDDEN = '[hidden]';

/** Deeper than any field of ours; what is below is cut off. */
const DEEPEST = 8;

/** A copy of the fields without the values of secrets. Errors become plain data, bytes their length. */
export function redactFields(fields: object): object {
  return redactEntries(fields, 0);
}

export function redactText(text: string): string {
  return text.includes('@') ? text.replaceAll(CREDENTIALS_IN_ADDRESS, `$1${HIDDEN}@`) : text;
}

function redactEntries(fields: object, depth: number): object {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      SECRET_NAME.test(name) && value !== undefined ? HIDDEN : redactValue(value, depth + 1),
    ]),
  );
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > DEEPEST) return '[deeper]';
  if (value instanceof Error) return redactEntries(describeError(value), depth);
  if (value instanceof Date) return value;
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.map((item) => redactValue(item, depth + 1));
  return redactEntries(value, depth);
}

function describeError(error: Error): object {
  const { name, message, stack, cause } = error;
  return { ...error, name, message, stack, ...(cause === undefined ? {} : { cause }) };
}

export type ParsedText =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly detail: string };

/** A string (kept as it is), a line comment, or a block comment; the string comes first so that "http://" survives. */
const STRING_OR_COMMENT = /"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;

/** A string (kept as it is), or a comma with nothing but space before the closing bracket. */
const STRING_OR_TRAILING_COMMA = /"(?:[^"\\\n]|\\.)*"|,(?=\s*[}\]])/g;

/**
 * Reads JSON with comments and trailing commas. Comments become spaces, so that the place in a
 * message is the place in the file. A key that stands twice in one object is a mistake: the later one would win
 * silently, and in a site plan that may be the looser rating.
 */
export function parseJsonc(text: string): ParsedText {
  const plain = text
    .replace(/^\uFEFF/, '')
    .replace(STRING_OR_COMMENT, (match) => (match.startsWith('"') ? match : match.replace(/[^\n]/g, ' ')))
    .replace(STRING_OR_TRAILING_COMMA, (match) => (match === ',' ? ' ' : match));
  try {
    const value: unknown = JSON.parse(plain);
    const twice = firstRepeatedKey(plain);
    return twice === undefined ? { ok: true, value } : { ok: false, detail: twice };
  } catch (error) {
    return { ok: false, detail: place(plain, error) };
  }
}

/** Only for text that is valid JSON. */
function firstRepeatedKey(json: string): string | undefined {
  const open: Set<string>[] = [];
  for (const match of json.matchAll(/"(?:[^"\\\n]|\\.)*"(\s*:)?|[{}[\]]/g)) {
    const token = match[0];
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    else if (match[1] !== undefined) {
      const key = String(JSON.parse(token.slice(0, -match[1].length)));
      const keys = open.at(-1);
      if (keys?.has(key))
        return `the key "${key}" stands twice in one object, the second on ${lineOf(json, match.index)}`;
      keys?.add(key);
    }
  }
  return undefined;
}

function place(text: string, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const position = /at position (\d+)/.exec(message)?.[1];
  const shown = message.replace(/ \(line \d+ column \d+\)/, '');
  return position === undefined ? shown : `${shown}, which is ${lineOf(text, Number(position))}`;
}

function lineOf(text: string, position: number): string {
  return `line ${text.slice(0, position).split('\n').length}`;
}

export interface Token {
  readonly kind: 'word' | 'string' | 'sign';
  /** The word, the content of a string without its quotes, or one character. */
  readonly text: string;
  readonly line: number;
}

/** After these words a slash opens a regular expression; after any other word it divides. */
const BEFORE_EXPRESSION = new Set(
  'return typeof case in of new delete void throw await yield do else instanceof'.split(' '),
);
const WORD_START = /[\p{ID_Start}$_#]/u;
const WORD_PART = /[\p{ID_Continue}$_]/u;

/**
 * Words, strings and signs of a TypeScript or JavaScript source, without comments, regular expressions
 * and the fixed text of templates (code inside `${}` counts). Enough to find imports and calls;
 * it does not know the grammar, so a regular expression right after `)` or `}` is read as a division.
 */
export function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = [];
  /** Depth of braces at which the code of a template's `${}` ends. */
  const templateDepths: number[] = [];
  let depth = 0;
  let line = 1;
  let at = 0;

  function moveTo(end: number): void {
    for (; at < end; at++) if (source[at] === '\n') line++;
  }

  function templateText(): void {
    while (at < source.length && source[at] !== '`') {
      if (source.startsWith('${', at)) {
        templateDepths.push(depth++);
        moveTo(at + 2);
        return;
      }
      moveTo(at + (source[at] === '\\' ? 2 : 1));
    }
    moveTo(at + 1);
  }

  while (at < source.length) {
    const char = source[at] ?? '';
    const startLine = line;
    if (source.startsWith('//', at) || (at === 0 && source.startsWith('#!'))) {
      moveTo(endOf(source, '\n', at));
    } else if (source.startsWith('/*', at)) {
      moveTo(endOf(source, '*/', at + 2));
    } else if (char === "'" || char === '"') {
      const end = closingQuote(source, at);
      tokens.push({ kind: 'string', text: source.slice(at + 1, end - 1), line: startLine });
      moveTo(end);
    } else if (char === '`') {
      moveTo(at + 1);
      templateText();
    } else if (char === '}' && templateDepths.at(-1) === depth - 1) {
      templateDepths.pop();
      depth--;
      moveTo(at + 1);
      templateText();
    } else if (char === '/' && opensRegularExpression(tokens.at(-1))) {
      moveTo(closingSlash(source, at));
    } else if (WORD_START.test(char)) {
      let end = at + 1;
      while (WORD_PART.test(source[end] ?? '')) end++;
      tokens.push({ kind: 'word', text: source.slice(at, end), line: startLine });
      moveTo(end);
    } else {
      if (char === '{') depth++;
      if (char === '}') depth--;
      if (char.trim() !== '') tokens.push({ kind: 'sign', text: char, line: startLine });
      moveTo(at + 1);
    }
  }
  return tokens;
}

function endOf(source: string, mark: string, from: number): number {
  const found = source.indexOf(mark, from);
  return found < 0 ? source.length : found + mark.length;
}

function closingQuote(source: string, from: number): number {
  for (let at = from + 1; at < source.length; at++) {
    if (source[at] === '\\') at++;
    else if (source[at] === source[from] || source[at] === '\n') return at + 1;
  }
  return source.length;
}

function closingSlash(source: string, from: number): number {
  let isInClass = false;
  for (let at = from + 1; at < source.length; at++) {
    const char = source[at];
    if (char === '\\') at++;
    else if (char === '[') isInClass = true;
    else if (char === ']') isInClass = false;
    else if (char === '\n' || (char === '/' && !isInClass)) return at + 1;
  }
  return source.length;
}

function opensRegularExpression(before: Token | undefined): boolean {
  if (before === undefined) return true;
  if (before.kind === 'string') return false;
  if (before.kind === 'word') return BEFORE_EXPRESSION.has(before.text);
  return ![')', ']', '}'].includes(before.text);
}

import { type Token, tokenize } from './tokens.ts';

export interface ImportStatement {
  readonly kind: 'static' | 'types' | 'dynamic' | 'computed';
  /** As written; empty when it is computed. */
  readonly specifier: string;
  readonly line: number;
}

/**
 * All imports of a source: static, re-exports, type-only, `import()` (also as a type) and `require()`.
 * `import { type A }` counts as static: without the names the import itself stays at run time.
 */
export function readImports(source: string): readonly ImportStatement[] {
  const tokens = tokenize(source);
  return tokens.flatMap((token, index) => {
    if (token.kind !== 'word' || isSign(tokens[index - 1], '.')) return [];
    const found = importAt(tokens, index);
    return found === undefined ? [] : [{ ...found, line: token.line }];
  });
}

type Found = Omit<ImportStatement, 'line'> | undefined;

function importAt(tokens: readonly Token[], index: number): Found {
  const word = tokens[index]?.text;
  const next = tokens[index + 1];
  if ((word === 'import' || word === 'require') && isSign(next, '(')) return called(tokens, index + 2);
  if (word === 'import') {
    if (next?.kind === 'string') return { kind: 'static', specifier: next.text };
    if (next?.kind === 'word' || isSign(next, '{') || isSign(next, '*')) return from(tokens, index + 1);
  }
  if (word === 'export') {
    const first = isWord(next, 'type') ? tokens[index + 2] : next;
    if (isSign(first, '{') || isSign(first, '*')) return from(tokens, index + 1);
  }
  return undefined;
}

function called(tokens: readonly Token[], index: number): Found {
  const specifier = tokens[index];
  const after = tokens[index + 1];
  const isWhole = isSign(after, ')') || isSign(after, ',');
  if (specifier?.kind === 'string' && isWhole) return { kind: 'dynamic', specifier: specifier.text };
  return { kind: 'computed', specifier: '' };
}

/** The clause ends at `from '…'`; a clause without it (`export { a };`) imports nothing. */
function from(tokens: readonly Token[], index: number): Found {
  const second = tokens[index + 1];
  const isTypes = isWord(tokens[index], 'type') && !isWord(second, 'from') && !isSign(second, ',');
  for (let at = index; at < tokens.length; at++) {
    const token = tokens[at];
    const next = tokens[at + 1];
    if (isWord(token, 'from') && next?.kind === 'string') {
      return { kind: isTypes ? 'types' : 'static', specifier: next.text };
    }
    const isClause = token?.kind === 'word' || ['{', '}', ',', '*'].includes(token?.text ?? '');
    const isDone = isSign(token, '}') && !isWord(next, 'from') && !isSign(next, ',');
    if (token?.kind === 'string' || !isClause || isDone) return undefined;
  }
  return undefined;
}

function isSign(token: Token | undefined, text: string): boolean {
  return token?.kind === 'sign' && token.text === text;
}

function isWord(token: Token | undefined, text: string): boolean {
  return token?.kind === 'word' && token.text === text;
}

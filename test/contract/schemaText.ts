const LINE_WIDTH = 110;

/** JSON as the formatter of this repository writes it: objects open, lists on one line where they fit. */
export function schemaText(value: unknown): string {
  return `${print(value, 0, 0)}\n`;
}

function print(value: unknown, depth: number, column: number): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    const isFlat = value.every((item) => typeof item !== 'object' || item === null);
    const line = `[${value.map((item) => JSON.stringify(item)).join(', ')}]`;
    if (isFlat && column + line.length < LINE_WIDTH) return line;
    return block(
      '[',
      ']',
      depth,
      value.map((item) => print(item, depth + 1, (depth + 1) * 2)),
    );
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    if (entries.length === 0) return '{}';
    const lines = entries.map(([key, item]) => {
      const label = `${JSON.stringify(key)}: `;
      return label + print(item, depth + 1, (depth + 1) * 2 + label.length);
    });
    return block('{', '}', depth, lines);
  }
  return JSON.stringify(value);
}

function block(open: string, close: string, depth: number, lines: readonly string[]): string {
  const indent = '  '.repeat(depth);
  return `${open}\n${lines.map((line) => `${indent}  ${line}`).join(',\n')}\n${indent}${close}`;
}

/** One mistake in what somebody configured: where it is, what was expected, what was found, what to do. */
export interface Mistake {
  /** The file or layer that it is in: a path, `environment` or `arguments`. */
  readonly source: string;
  /** Place in the source, for example `circuits[0].ratingA` or `broker.url`; empty for the whole. */
  readonly path: string;
  readonly expected: string;
  readonly found: string;
  readonly toDo: string;
  /** Marks what has an exit code of its own. */
  readonly kind?: 'unknownProfile' | 'unwritableDirectory';
}

/** One paragraph for a person. */
export function renderMistake(mistake: Mistake): string {
  const where = mistake.path === '' ? mistake.source : `${mistake.source}: ${mistake.path}`;
  return `${where}\n  expected  ${mistake.expected}\n  found     ${mistake.found}\n  to do     ${mistake.toDo}`;
}

/** A value as it stands in the file, short enough for a line. */
export function show(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** The known word that was most likely meant, if one is near enough. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const distances = known.map((candidate) => ({
    candidate,
    distance: editDistance(word.toLowerCase(), candidate.toLowerCase()),
  }));
  const best = distances.sort((one, other) => one.distance - other.distance)[0];
  return best !== undefined && best.distance <= Math.max(2, word.length / 3) ? best.candidate : undefined;
}

function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [line, letter] of [...one].entries()) {
    const next = [line + 1];
    for (let column = 0; column < other.length; column++) {
      const replaced = (row[column] ?? 0) + (letter === other[column] ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

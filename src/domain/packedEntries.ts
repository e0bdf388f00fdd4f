/**
 * The form in which a run of decisions is stored, hashed and handed out. Its entries are alike: the same fields, other
 * numbers. Field by field instead of entry by entry they compress to less than half, and the journal is most of what the
 * gateway writes to its disk. docs/journal.md explains it to those who read a journal file without this program.
 * Entries of one shape (same fields, same lengths of lists) share a group; `order` tells whose turn it is.
 */
export interface PackedEntries {
  readonly order: readonly number[];
  readonly groups: readonly Group[];
}

interface Group {
  /** An entry of this shape with 0 in place of each value. */
  readonly shape: unknown;
  /** For each value in the order of the shape: what it was in each entry. */
  readonly columns: readonly Column[];
}

/** A run of whole numbers, instants above all, is the first and the step to each next one. */
type Column = readonly unknown[] | { readonly first: number; readonly steps: readonly number[] };

/** @param entries plain JSON data */
export function packEntries(entries: readonly unknown[]): PackedEntries {
  const places = new Map<string, number>();
  const found: { readonly shape: unknown; readonly rows: (readonly unknown[])[] }[] = [];
  const order = entries.map((entry) => {
    const row: unknown[] = [];
    const shape = takeApart(entry, row);
    const name = JSON.stringify(shape);
    const place = places.get(name) ?? found.push({ shape, rows: [] }) - 1;
    places.set(name, place);
    found[place]?.rows.push(row);
    return place;
  });
  return { order, groups: found.map(({ shape, rows }) => ({ shape, columns: toColumns(rows) })) };
}

export function unpackEntries({ order, groups }: PackedEntries): readonly unknown[] {
  const readers = groups.map(({ shape, columns }) => ({
    shape,
    values: columns.map((column) => decodeColumn(column)[Symbol.iterator]()),
  }));
  return order.map((place) => {
    const reader = readers[place];
    const row = reader?.values.map((value) => value.next().value) ?? [];
    return putTogether(reader?.shape, row[Symbol.iterator]());
  });
}

/** Moves the values out of an entry, in the order of its fields; what is left is its shape. */
function takeApart(value: unknown, values: unknown[]): unknown {
  if (Array.isArray(value)) return value.map((item) => takeApart(item, values));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, takeApart(item, values)]));
  }
  values.push(value);
  return 0;
}

function putTogether(shape: unknown, values: Iterator<unknown>): unknown {
  if (Array.isArray(shape)) return shape.map((item) => putTogether(item, values));
  if (typeof shape === 'object' && shape !== null) {
    return Object.fromEntries(Object.entries(shape).map(([name, item]) => [name, putTogether(item, values)]));
  }
  return values.next().value;
}

function toColumns(rows: readonly (readonly unknown[])[]): readonly Column[] {
  const width = rows[0]?.length ?? 0;
  return Array.from({ length: width }, (_, place) => encodeColumn(rows.map((row) => row[place])));
}

function encodeColumn(values: readonly unknown[]): Column {
  const numbers = values.filter((value): value is number => Number.isSafeInteger(value));
  const [first] = numbers;
  if (first === undefined || numbers.length < values.length) return values;
  const steps = numbers.slice(1).map((value, place) => value - (numbers[place] ?? 0));
  return steps.every(Number.isSafeInteger) ? { first, steps } : values;
}

function decodeColumn(column: Column): readonly unknown[] {
  if (!('steps' in column)) return column;
  let value = column.first;
  return [value, ...column.steps.map((step) => (value += step))];
}

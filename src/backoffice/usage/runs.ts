/** Whole numbers from one to another, both included. */
export interface Run {
  readonly from: number;
  readonly until: number;
}

/** In order, without overlap, and never touching: 1 to 3 and 4 to 5 are 1 to 5. */
export type Runs = readonly Run[];

export function holds(runs: Runs, number: number): boolean {
  return runs.some(({ from, until }) => from <= number && number <= until);
}

export function withRun(runs: Runs, added: Run): Runs {
  const last = runs.at(-1);
  // Nearly always it is the next one.
  if (last === undefined || added.from > last.until + 1) return [...runs, added];
  if (added.from >= last.from) {
    return [...runs.slice(0, -1), { from: last.from, until: Math.max(last.until, added.until) }];
  }
  const before = runs.filter(({ until }) => until < added.from - 1);
  const after = runs.filter(({ from }) => from > added.until + 1);
  const touched = runs.slice(before.length, runs.length - after.length);
  const from = Math.min(added.from, touched[0]?.from ?? added.from);
  const until = Math.max(added.until, touched.at(-1)?.until ?? added.until);
  return [...before, { from, until }, ...after];
}

export function union(runs: Runs, others: Runs): Runs {
  return others.reduce(withRun, runs);
}

/** What of [from, until] is in none of the runs. */
export function complement({ from, until }: Run, runs: Runs): Runs {
  const open: Run[] = [];
  let next = from;
  for (const run of runs) {
    if (run.until < next) continue;
    if (run.from > until) break;
    if (run.from > next) open.push({ from: next, until: run.from - 1 });
    next = run.until + 1;
  }
  return next > until ? open : [...open, { from: next, until }];
}

/** What of the runs is in none of the others. */
export function without(runs: Runs, others: Runs): Runs {
  return runs.flatMap((run) => complement(run, others));
}

/** What is in both. */
export function intersection(runs: Runs, others: Runs): Runs {
  return runs.flatMap((run) =>
    others
      .map((other) => ({ from: Math.max(run.from, other.from), until: Math.min(run.until, other.until) }))
      .filter(({ from, until }) => from <= until),
  );
}

/** What lies behind a number. */
export function behind(runs: Runs, number: number): Runs {
  return runs.flatMap(({ from, until }) =>
    until <= number ? [] : [{ from: Math.max(from, number + 1), until }],
  );
}

export function count(runs: Runs): number {
  return runs.reduce((sum, { from, until }) => sum + until - from + 1, 0);
}

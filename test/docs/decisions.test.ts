import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT, readOwn } from '../architecture/ownSources.ts';

const files = readdirSync(join(PROJECT_ROOT, 'docs', 'decisions')).sort();

/** One format for all: a reader finds the outcome at the same place. */
const FORMAT =
  /^# (\d+)\. .+\n\n- Date: \d{4}-\d\d-\d\d\n- Status: (accepted|replaced by decision \d+)\n\n## Context\n\n[^#]+\n## Decision\n\n[^#]+\n## Consequences\n\n(- [^#]+)+$/;

it('decisions are numbered from 1 without a gap', () => {
  expect(files.map((file) => /^(\d{4})-[a-z0-9-]+\.md$/.exec(file)?.[1])).toEqual(
    files.map((_, index) => String(index + 1).padStart(4, '0')),
  );
});

describe.each(files)('%s', (file) => {
  it('has a number, a date, a status, context, decision and consequences', () => {
    const text = readOwn(`docs/decisions/${file}`);
    expect(text).toMatch(FORMAT);
    expect(Number(FORMAT.exec(text)?.[1])).toBe(Number(file.slice(0, 4)));
  });
});

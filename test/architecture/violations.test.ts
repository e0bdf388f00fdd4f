import { describe, expect, it } from 'vitest';
import { makeFixtureTree } from './fixtureTree.ts';
import { readImportGraph } from './importGraph.ts';
import type { RoomRule } from './rules.ts';
import { findCycles, findViolations } from './violations.ts';

const CLOSED: Omit<RoomRule, 'room' | 'mayImport'> = {
  node: false,
  packages: 'none',
  neverReaches: [],
  why: 'fixture',
};

/** A small house: core over words, a shell that knows both, doors, one composition. */
const HOUSE: readonly RoomRule[] = [
  { ...CLOSED, room: 'src/words', mayImport: ['src/helpers'], neverReaches: ['node:', 'npm:'] },
  { ...CLOSED, room: 'src/helpers', mayImport: [], node: true, packages: ['zod', '@scope/part'] },
  { ...CLOSED, room: 'src/page', mayImport: ['src/words'], typesOnlyFrom: ['src/words'] },
  { ...CLOSED, room: 'src/doors/one', mayImport: ['src/words'] },
  { ...CLOSED, room: 'src/doors/two', mayImport: ['src/words'] },
  { ...CLOSED, room: 'src/compose.ts', mayImport: ['src/doors'] },
  {
    ...CLOSED,
    room: 'src/shell',
    mayImport: ['src/compose.ts', 'src/words'],
    neverReaches: ['src/doors'],
    exceptThrough: ['src/compose.ts'],
  },
];

function violations(files: Readonly<Record<string, string>>): readonly string[] {
  return findViolations(readImportGraph(makeFixtureTree(files), ['src', 'not-there']), HOUSE);
}

describe('the import rules', () => {
  it('pass a tree that keeps to the table', () => {
    expect(
      violations({
        'src/words/a.ts': "import { b } from './b.ts';",
        'src/words/b.ts': '',
        'src/helpers/h.ts': "import 'node:fs'; import 'zod/v4'; import '@scope/part/x';",
        'src/page/p.ts': "import type { A } from '../words/a.ts';",
        'src/compose.ts': "import './doors/one/d.ts';",
        'src/doors/one/d.ts': "import '../../words/a.ts';",
        'src/shell/s.ts': "import '../compose.ts';",
      }),
    ).toEqual([]);
  });

  it.each([
    ['static', "import { d } from '../doors/one/d.ts';"],
    ['type-only', "import type { D } from '../doors/one/d.ts';"],
    ['dynamic', "await import('../doors/one/d.ts');"],
    ['re-exported', "export * from '../doors/one/d.ts';"],
  ])('name a %s import of a room that is not allowed, with its line', (_kind, line) => {
    expect(violations({ 'src/words/a.ts': `\n${line}`, 'src/doors/one/d.ts': '' })).toEqual([
      'src/words/a.ts:2 -> src/doors/one/d.ts: src/words imports only src/helpers',
    ]);
  });

  it('name the whole chain when a forbidden target is reached through others', () => {
    expect(
      violations({
        'src/words/a.ts': "import './b.ts';",
        'src/words/b.ts': "import '../helpers/h.ts';",
        'src/helpers/h.ts': "import 'fs';",
      }),
    ).toEqual([
      'src/words/a.ts -> src/words/b.ts -> src/helpers/h.ts -> node:fs: src/words must not reach node:, not even through others',
      'src/words/b.ts -> src/helpers/h.ts -> node:fs: src/words must not reach node:, not even through others',
    ]);
  });

  it('follow every way on, also past a file that was seen before', () => {
    const found = violations({
      'src/words/a.ts': "import './b.ts'; import './c.ts';",
      'src/words/b.ts': "import './c.ts';",
      'src/words/c.ts': "import './b.ts'; import '../helpers/h.ts';",
      'src/helpers/h.ts': "import 'node:fs';",
    });
    expect(found.map((line) => line.split(':')[0])).toEqual([
      'src/words/a.ts -> src/words/c.ts -> src/helpers/h.ts -> node',
      'src/words/b.ts -> src/words/c.ts -> src/helpers/h.ts -> node',
      'src/words/c.ts -> src/helpers/h.ts -> node',
    ]);
  });

  it('of a room inside of another are its own', () => {
    const inner = { ...CLOSED, room: 'src/words/inner', mayImport: [], node: true };
    const root = makeFixtureTree({ 'src/words/inner/i.ts': "import 'node:fs';" });
    expect(findViolations(readImportGraph(root, ['src']), [...HOUSE, inner])).toEqual([]);
    expect(findViolations(readImportGraph(root, ['src']), [inner, ...HOUSE])).toEqual([]);
  });

  it('keep two doors of one kind apart', () => {
    expect(violations({ 'src/doors/one/d.ts': "import '../two/d.ts';", 'src/doors/two/d.ts': '' })).toEqual([
      'src/doors/one/d.ts:1 -> src/doors/two/d.ts: src/doors/one imports only src/words',
    ]);
  });

  it('let a room reach technology only through the composition', () => {
    expect(
      violations({
        'src/shell/s.ts': "import '../words/w.ts';",
        'src/words/w.ts': "import '../helpers/h.ts';",
        'src/helpers/h.ts': "import '../doors/one/d.ts';",
        'src/doors/one/d.ts': '',
      }),
    ).toEqual([
      'src/helpers/h.ts:1 -> src/doors/one/d.ts: src/helpers imports only itself',
      'src/shell/s.ts -> src/words/w.ts -> src/helpers/h.ts -> src/doors/one/d.ts: src/shell must not reach src/doors, not even through others',
    ]);
  });

  it.each([
    ['src/words/a.ts', "import 'zod';", 'npm:zod: src/words imports no packages'],
    [
      'src/helpers/a.ts',
      "import 'convict';",
      'npm:convict: src/helpers imports only the packages zod, @scope/part',
    ],
    ['src/words/a.ts', "import 'node:fs';", 'node:fs: src/words imports nothing of Node'],
    ['src/words/a.ts', "import './gone.ts';", 'missing:src/words/gone.ts: there is no such file'],
    [
      'src/words/a.ts',
      'await import(name);',
      'computed: src/words imports by a computed name; write the specifier out',
    ],
  ])('refuse in %s: %s', (file, source, refusal) => {
    expect(violations({ [file]: source })).toEqual([`${file}:1 -> ${refusal}`]);
  });

  it('want types alone where the table says so', () => {
    expect(
      violations({ 'src/page/p.ts': "import { a } from '../words/a.ts';", 'src/words/a.ts': '' }),
    ).toEqual(['src/page/p.ts:1 -> src/words/a.ts: src/page imports only types of it']);
  });

  it('want every file in a room', () => {
    expect(violations({ 'src/attic/box.ts': '' })).toEqual([
      'src/attic/box.ts: lies in no room; give it one in test/architecture/rules.ts or move it',
    ]);
  });

  it('name a cycle by the chain that comes back', () => {
    const root = makeFixtureTree({
      'src/a.ts': "import './b.ts';",
      'src/b.ts': "import type { C } from './c.ts';",
      'src/c.ts': "import './b.ts'; import './d.ts';",
      'src/d.ts': '',
    });
    expect(findCycles(readImportGraph(root, ['src']))).toEqual(['src/b.ts -> src/c.ts -> src/b.ts']);
  });
});

import { describe, expect, it } from 'vitest';
import { readImports } from './imports.ts';
import { tokenize } from './tokens.ts';

describe('reading the imports of a source', () => {
  it.each([
    ["import a from './a.ts';", 'static', './a.ts'],
    ["import { b, type C as D } from './b.ts';", 'static', './b.ts'],
    ["import * as all from './all.ts';", 'static', './all.ts'],
    ["import './effect.ts';", 'static', './effect.ts'],
    ["import data from './d.json' with { type: 'json' };", 'static', './d.json'],
    ["import type { E } from './e.ts';", 'types', './e.ts'],
    ["import type F from './f.ts';", 'types', './f.ts'],
    ["import type from './type.ts';", 'static', './type.ts'],
    ["import type, { G } from './type.ts';", 'static', './type.ts'],
    ["export { h } from './h.ts';", 'static', './h.ts'],
    ["export * from './i.ts';", 'static', './i.ts'],
    ["export * as j from './j.ts';", 'static', './j.ts'],
    ["export type { K } from './k.ts';", 'types', './k.ts'],
    ["export type * from './l.ts';", 'types', './l.ts'],
    ["const m = await import('./m.ts');", 'dynamic', './m.ts'],
    ["let n: import('./n.ts').N;", 'dynamic', './n.ts'],
    ["const o = require('o');", 'dynamic', 'o'],
    ["import {\n  p,\n  q,\n} from\n  './p.ts'", 'static', './p.ts'],
    [`const text = \`a \${(await import('./r.ts')).r} b\`;`, 'dynamic', './r.ts'],
    [`const u = \`\${{ a: { b: \`\${1}\` } }.a} 'open \`; import './u.ts';`, 'static', './u.ts'],
    ['const s = await import(name);', 'computed', ''],
    ["const t = await import('./' + name);", 'computed', ''],
  ])('%s', (source, kind, specifier) => {
    expect(readImports(source).map(({ line, ...found }) => found)).toEqual([{ kind, specifier }]);
  });

  it.each([
    ["// import a from './a.ts';"],
    ["/* import a from './a.ts'; */"],
    ['const text = "import a from \'./a.ts\'";'],
    [`const text = \`import a from './a.ts' \${1} export * from './b.ts'\`;`],
    ["const pattern = /import a from './;"],
    ["export { a, b };\nconst from = './a.ts';"],
    ["export type A = { from: './a.ts' };"],
    ['export const here = import.meta.url;'],
    ["loader.import('./a.ts');"],
  ])('finds none in %s', (source) => {
    expect(readImports(source)).toEqual([]);
  });

  it('gives the line on which the import begins', () => {
    const source = "#!/usr/bin/env node\n/* one\ntwo */\nimport {\n a,\n} from './a.ts';\nimport './b.ts';\n";
    expect(readImports(source).map(({ line }) => line)).toEqual([4, 7]);
  });

  it('reads a division after a word or a bracket as a division', () => {
    const texts = tokenize("a / b; (a) / b / import('./c.ts')").filter(({ kind }) => kind === 'string');
    expect(texts.map(({ text }) => text)).toEqual(['./c.ts']);
  });
});

import { describe, expect, it } from 'vitest';
import { makeFixtureTree } from './fixtureTree.ts';
import { readImportGraph } from './importGraph.ts';
import { ownGraph } from './ownSources.ts';
import { RULES } from './rules.ts';
import { findCycles, findViolations } from './violations.ts';

it('no file imports, or reaches through others, what the table of docs/architecture.md forbids', () => {
  expect(ownGraph.size).toBeGreaterThan(20);
  expect(findViolations(ownGraph, RULES)).toEqual([]);
});

it('no import leads back to where it began', () => {
  expect(findCycles(ownGraph)).toEqual([]);
});

it('compose is the only room that may import adapters', () => {
  const rooms = RULES.filter(({ mayImport }) => mayImport.some((room) => room.startsWith('src/adapters')));
  expect(rooms.map(({ room }) => room)).toEqual(['src/compose', 'src/composeDesk.ts', 'src/compose.ts']);
});

it('every room of the table has one row', () => {
  const rooms = RULES.map(({ room }) => room);
  expect(rooms).toEqual([...new Set(rooms)]);
});

describe('the table refuses', () => {
  it.each([
    ['core that knows a port', 'src/core/a.ts', '../ports/x.ts'],
    ['core that knows Node', 'src/core/a.ts', 'node:crypto'],
    ['words that know a package', 'src/domain/a.ts', 'zod'],
    ['a door that knows what is behind it', 'src/ports/a.ts', '../adapters/mqtt/x.ts'],
    ['an adapter that knows another', 'src/adapters/mqtt/a.ts', '../sqlite/x.ts'],
    ['an adapter that judges', 'src/adapters/modbus/a.ts', '../../core/x.ts'],
    ['an adapter that knows the gateway', 'src/adapters/http/a.ts', '../../gateway/x.ts'],
    ['any adapter but Modbus that reads profiles', 'src/adapters/mqtt/a.ts', '../../profiles/x.ts'],
    ['a gateway that opens a file by itself', 'src/gateway/a.ts', 'node:fs'],
    ['a gateway that knows the postman', 'src/gateway/a.ts', '../sync/x.ts'],
    ['a postman that judges', 'src/sync/a.ts', '../core/x.ts'],
    ['a command that goes round compose.ts', 'src/cli/a.ts', '../adapters/sqlite/x.ts'],
    ['a simulated device that shares our words', 'firmware-sim/a.ts', '../src/domain/x.ts'],
    ['a simulated device that reads our profiles', 'firmware-sim/a.ts', '../drivers/x.json'],
    ['a gateway that knows the simulation', 'src/cli/a.ts', '../../firmware-sim/x.ts'],
    ['a back office that knows a gateway', 'src/backoffice/a.ts', '../gateway/x.ts'],
    ['a back office that opens a file by itself', 'src/backoffice/a.ts', 'node:fs'],
    ['a page that runs the contract', 'src/ui/a.ts', '../contract/x.ts'],
  ])('%s', (_what, file, specifier) => {
    const target = new URL(specifier, `file:///${file}`).pathname.slice(1);
    const files = { [file]: `import '${specifier}';`, ...(specifier.startsWith('.') && { [target]: '' }) };
    const graph = readImportGraph(makeFixtureTree(files), ['src', 'firmware-sim', 'drivers']);
    expect(findViolations(graph, RULES)).toEqual([expect.stringMatching(new RegExp(`^${file}:1 -> `))]);
  });

  it('a core that reaches Node through a word', () => {
    const tree = makeFixtureTree({
      'src/core/decide.ts': "import '../domain/word.ts';",
      'src/domain/word.ts': "import type { Buffer } from 'node:buffer';",
    });
    expect(findViolations(readImportGraph(tree, ['src']), RULES)).toEqual([
      'src/core/decide.ts -> src/domain/word.ts -> node:buffer: src/core must not reach node:, not even through others',
      'src/domain/word.ts:1 -> node:buffer: src/domain imports nothing of Node',
    ]);
  });
});

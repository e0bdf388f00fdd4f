import { describe, expect, it } from 'vitest';
import { makeFixtureTree } from '../architecture/fixtureTree.ts';
import { runProgram } from './runProgram.ts';

function lastLines(source: string | undefined): { code: number | null; lines: readonly string[] } {
  const tree = makeFixtureTree(source === undefined ? {} : { 'some.test.mjs': source });
  const { code, stdout } = runProgram(['test/run.mjs', '--root', tree, '--globals']);
  return { code, lines: stdout.trimEnd().split('\n') };
}

function runTests(source: string | undefined): { code: number | null; closingLine: string | undefined } {
  const { code, lines } = lastLines(source);
  return { code, closingLine: lines.at(-1) };
}

describe('the closing line of a test run', () => {
  it('counts what passed', () => {
    expect(runTests("it('a', () => {}); it('b', () => {});")).toEqual({
      code: 0,
      closingLine: '2 passed, 0 failed',
    });
  });

  it('counts what failed and what was skipped', () => {
    const source = "it('a', () => {}); it('b', () => { throw new Error('b'); }); it.skip('c', () => {});";
    expect(runTests(source)).toEqual({ code: 1, closingLine: '1 passed, 1 failed, 1 skipped' });
  });

  it('counts no test as one failure', () => {
    expect(runTests(undefined)).toEqual({ code: 1, closingLine: '0 passed, 1 failed' });
  });

  it('counts a file that cannot be loaded as one failure', () => {
    expect(runTests("import './gone.mjs'; it('a', () => {});")).toEqual({
      code: 1,
      closingLine: '0 passed, 1 failed',
    });
  });

  it('counts a hook that fails', () => {
    const source = "it('a', () => {}); afterAll(() => { throw new Error('hook'); });";
    expect(runTests(source)).toEqual({ code: 1, closingLine: '1 passed, 1 failed' });
  });

  it('counts an error that escapes all tests', () => {
    const source =
      "it('a', async () => { Promise.reject(new Error('lost')); await new Promise((go) => setTimeout(go, 20)); });";
    expect(runTests(source)).toEqual({ code: 1, closingLine: '1 passed, 1 failed' });
  });

  it('counts a hook that fails beside a test that fails', () => {
    const source = "it('a', () => { throw new Error('a'); }); afterAll(() => { throw new Error('hook'); });";
    expect(runTests(source)).toEqual({ code: 1, closingLine: '0 passed, 2 failed' });
  });

  it('stands below the names of all that failed', () => {
    const source =
      "describe('a home', () => { it('is dark', () => { throw new Error('no lamp'); }); afterAll(() => { throw new Error('hook'); }); });";
    expect(lastLines(source).lines.slice(-3)).toEqual([
      'RED: some.test.mjs > a home > is dark: no lamp',
      'RED: some.test.mjs > a home: hook',
      '0 passed, 2 failed',
    ]);
  });
});

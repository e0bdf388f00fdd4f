import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJsonc } from '../../src/config/jsonc.ts';

describe('JSON with comments', () => {
  it.each([
    ['a line comment', '{ "a": 1 // one\n}', { a: 1 }],
    ['a block comment over lines', '{ /* one\n two */ "a": 1 }', { a: 1 }],
    ['an address with two slashes', '{ "url": "mqtt://box:1883" }', { url: 'mqtt://box:1883' }],
    ['an escaped quote before slashes', '{ "a": "\\"//" }', { a: '"//' }],
    ['a quote inside a comment', '{ // it\'s "so\n"a": 1 }', { a: 1 }],
    ['a comma after the last entry', '{ "a": [1, 2, ], }', { a: [1, 2] }],
    ['a comma and a bracket inside a text', '{ "a": ",]" }', { a: ',]' }],
    ['a byte order mark', '\uFEFF{}', {}],
    ['the same key in two objects', '{ "a": { "x": 1 }, "b": { "x": 2 } }', { a: { x: 1 }, b: { x: 2 } }],
    ['the same text as key and value', '{ "x": "x", "y": ["x", "x"] }', { x: 'x', y: ['x', 'x'] }],
  ])('reads %s', (_, text, value) => {
    expect(parseJsonc(text)).toEqual({ ok: true, value });
  });

  it('reads whatever JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        expect(parseJsonc(text)).toEqual({ ok: true, value: JSON.parse(text) });
      }),
    );
  });

  it('names the line of a mistake, counted with the comments', () => {
    const result = parseJsonc('{\n  // first\n  "a": 1\n  "b": 2\n}');
    expect(result).toMatchObject({ ok: false, detail: expect.stringContaining('line 4') });
  });

  it('refuses a key that stands twice, because the looser rating may be the one that wins', () => {
    expect(parseJsonc('{ "ratingA": 32,\n "ratingA": 60 }')).toEqual({
      ok: false,
      detail: 'the key "ratingA" stands twice in one object, the second on line 2',
    });
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const TOKENS = readFileSync(new URL('../../src/ui/shared/tokens.css', import.meta.url), 'utf8');

/** Words on their ground: WCAG 2.2, 1.4.3, AA. */
const WORDS: readonly (readonly [string, string])[] = [
  ...['ground', 'surface', 'sunken'].flatMap((ground) =>
    ['text', 'muted', 'action', 'action-strong', 'good', 'warn', 'bad', 'idle', 'rehearsal'].map(
      (ink) => [ink, ground] as const,
    ),
  ),
  ...['text', 'muted'].flatMap((ink) =>
    ['action-soft', 'good-soft', 'warn-soft', 'bad-soft', 'rehearsal-soft', 'rehearsal-stripe'].map(
      (ground) => [ink, ground] as const,
    ),
  ),
  ['on-action', 'action'],
  ['on-action', 'action-strong'],
  ['action', 'action-soft'],
  ['good', 'good-soft'],
  ['warn', 'warn-soft'],
  ['bad', 'bad-soft'],
  ['rehearsal', 'rehearsal-soft'],
  ['rehearsal', 'rehearsal-stripe'],
  ['on-rehearsal', 'rehearsal'],
  ['on-grave', 'grave'],
  ['on-bar', 'bar'],
  ['bar-muted', 'bar'],
];
/** Edges of fields and buttons, and parts of drawings: 1.4.11, AA. */
const SHAPES: readonly (readonly [string, string])[] = [
  ['edge', 'surface'],
  ['edge', 'ground'],
  ['action', 'line'],
  ['bad', 'line'],
  ['action', 'surface'],
  ['good', 'surface'],
  ['idle', 'surface'],
];

function readColours(css: string): ReadonlyMap<string, string> {
  return new Map(
    [...css.matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g)].map(([, name, colour]) => [name ?? '', colour ?? '']),
  );
}

/** Relative luminance of sRGB, as WCAG 2.2 defines it. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [bright = 1, dark = 0] = [luminance(one), luminance(other)].sort((left, right) => right - left);
  return (bright + 0.05) / (dark + 0.05);
}

const [light = '', dark = ''] = TOKENS.split('@media');
const themes = { light: readColours(light), dark: readColours(dark) };

it('black on white has the contrast that the guideline gives for it', () => {
  expect(contrast('#000000', '#ffffff')).toBe(21);
});

it('both themes name the same colours', () => {
  expect([...themes.dark.keys()]).toEqual([...themes.light.keys()]);
  expect(themes.light.size).toBeGreaterThan(25);
});

describe.each(Object.entries(themes))('in the %s theme', (_name, colours) => {
  function ratio([ink, ground]: readonly [string, string]): number {
    const [one, other] = [colours.get(ink), colours.get(ground)];
    if (one === undefined || other === undefined) throw new Error(`no such colour: ${ink} or ${ground}`);
    return contrast(one, other);
  }

  it.each(WORDS)('%s can be read on %s (4.5 to 1)', (ink, ground) => {
    expect(ratio([ink, ground])).toBeGreaterThanOrEqual(4.5);
  });

  it.each(SHAPES)('%s can be told from %s (3 to 1)', (ink, ground) => {
    expect(ratio([ink, ground])).toBeGreaterThanOrEqual(3);
  });
});

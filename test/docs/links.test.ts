import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT, readOwn } from '../architecture/ownSources.ts';
import { anchorsOf, linksOf, listPages } from './pages.ts';

/** Why a link of a page leads nowhere; nothing when it leads somewhere, or out of the project. */
function whyBroken(page: string, link: string): string | undefined {
  if (/^https:\/\//.test(link)) return undefined;
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : posix.join(posix.dirname(page), path);
  if (!existsSync(join(PROJECT_ROOT, target))) return `${page}: ${link} leads to no file`;
  if (anchor === undefined || anchorsOf(readOwn(target)).includes(anchor)) return undefined;
  return `${page}: ${link} names no heading of ${target}`;
}

it('every link of every page leads somewhere', () => {
  const links = listPages().flatMap((page) => linksOf(readOwn(page)).map((link) => [page, link] as const));
  expect(links.length).toBeGreaterThan(5);
  expect(links.map(([page, link]) => whyBroken(page, link)).filter(Boolean)).toEqual([]);
});

describe('a link', () => {
  it.each([
    ['README.md', 'docs/limits.md', undefined],
    ['docs/limits.md', 'faults.md#meter-stale', undefined],
    ['docs/limits.md', '#ranks', undefined],
    ['docs/limits.md', 'gone.md', 'docs/limits.md: gone.md leads to no file'],
    ['docs/limits.md', 'faults.md#gone', 'docs/limits.md: faults.md#gone names no heading of docs/faults.md'],
  ])('in %s to %s', (page, link, why) => {
    expect(whyBroken(page, link)).toBe(why);
  });

  it('is not what stands in code', () => {
    expect(linksOf('[a](b.md) `[c](d.md)` ![e](f.svg)\n```\n[g](h.md)\n```\n')).toEqual(['b.md', 'f.svg']);
  });
});

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../architecture/ownSources.ts';

const PLACES = ['docs', 'drivers', 'config', 'firmware-sim', 'systemd'];

/** Every page in Markdown of the project, by its path from the root. */
export function listPages(): readonly string[] {
  const below = PLACES.filter((place) => existsSync(join(PROJECT_ROOT, place))).flatMap((place) =>
    readdirSync(join(PROJECT_ROOT, place), { recursive: true, encoding: 'utf8' }).map(
      (name) => `${place}/${name}`,
    ),
  );
  const top = readdirSync(PROJECT_ROOT);
  return [...top, ...below].filter((name) => name.endsWith('.md')).sort();
}

/** The page without its code blocks, whose brackets and hashes mean something else. */
function withoutBlocks(page: string): string {
  return page.replaceAll(/^```[\s\S]*?^```/gm, '');
}

/** Anchors of the headings, as the usual renderers make them. */
export function anchorsOf(page: string): readonly string[] {
  return [...withoutBlocks(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Targets of links and pictures, as written. */
export function linksOf(page: string): readonly string[] {
  const text = withoutBlocks(page).replaceAll(/`[^`\n]*`/g, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

// Bundles the desk's pages into dist/ui/desk: one JavaScript, one stylesheet, the page and its icon. Run by
// scripts/build.mjs, and by `loadgate desk run` in a clone when the sources are newer than what was built.
import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = join(root, 'src', 'ui', 'desk');
const target = join(root, 'dist', 'ui', 'desk');
// Beside the target and moved into its place, so that a desk that starts meanwhile never reads half of the pages.
const fresh = `${target}.${process.pid}`;

await mkdir(fresh, { recursive: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: [
    { in: join(source, 'main.tsx'), out: 'desk' },
    { in: join(source, 'desk.css'), out: 'desk' },
  ],
  outdir: fresh,
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['chrome120', 'firefox121', 'safari17.2'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  legalComments: 'none',
  metafile: true,
});
for (const name of ['index.html', 'favicon.svg']) await copyFile(join(source, name), join(fresh, name));
// The MIT licence wants its text beside every copy.
await copyFile(join(root, 'node_modules', 'preact', 'LICENSE'), join(fresh, 'LICENSE-preact.txt'));
await rm(target, { recursive: true, force: true });
await rename(fresh, target);

for (const [name, { bytes }] of Object.entries(metafile.outputs)) {
  console.log(`dist/ui/desk/${name.split('/').at(-1)}: ${Math.round(bytes / 1024)} kB`);
}

// Bundles the daemon into dist/: one file of JavaScript that starts fast, with its entry guard and the profiles
// beside it. Packages with native parts stay outside and come from node_modules. The version is read from the
// package.json above dist/, as it is from src/.
import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

await rm(dist, { recursive: true, force: true });
await mkdir(dist);
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: [{ in: 'src/main.ts', out: 'main' }],
  outdir: dist,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  sourcemap: true,
  metafile: true,
  // They load their binaries by a path relative to themselves.
  external: ['better-sqlite3', '@serialport/bindings-cpp'],
  // CommonJS packages inside the bundle ask for Node's modules by require().
  banner: {
    js: "import { createRequire as loadgateCreateRequire } from 'node:module'; const require = loadgateCreateRequire(import.meta.url);",
  },
});
await cp(join(root, 'src', 'loadgate.mjs'), join(dist, 'loadgate.mjs'));
await cp(join(root, 'drivers'), join(dist, 'drivers'), { recursive: true });

const { bytes } = metafile.outputs['dist/main.mjs'];
console.log(`dist/main.mjs: ${Math.round(bytes / 1024)} kB`);

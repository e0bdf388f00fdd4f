import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createStaticFolder } from '../../src/adapters/http/staticFolder.ts';
import { preparePages } from '../../src/cli/deskPages.ts';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function makeFolder(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'loadgate-pages-'));
  folders.push(folder);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

describe('the folder of the pages', () => {
  const files = {
    'index.html': '<p>',
    'desk.js': '1',
    'parts/more.css': 'a{}',
    'secret.pem': 'key',
    '.hidden.js': '2',
  };

  it('is served by exact paths with the type of each file', () => {
    const folder = createStaticFolder(makeFolder(files));
    expect(folder('/')?.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(folder('/')?.body).toEqual(folder('/index.html')?.body);
    expect(folder('/parts/more.css')?.headers).toMatchObject({ 'content-type': 'text/css; charset=utf-8' });
  });

  it.each([
    '/secret.pem',
    '/.hidden.js',
    '/parts',
    '/parts/../desk.js',
    '/%2e%2e/desk.js',
    '//desk.js',
    '/DESK.js',
    '',
    '/link.js',
    '/__proto__',
  ])('answers nothing for %s', (path) => {
    const root = makeFolder(files);
    symlinkSync('/etc/hostname', join(root, 'link.js'));
    expect(createStaticFolder(root)(path)).toBeUndefined();
  });

  it('says that nothing has changed when the browser knows the file', () => {
    const folder = createStaticFolder(makeFolder(files));
    const etag = folder('/desk.js')?.headers.etag ?? '';
    expect(folder('/desk.js', etag)).toMatchObject({ status: 304, headers: { etag } });
    expect(folder('/desk.js', `"other", W/${etag}`)?.status).toBe(304);
    expect(folder('/desk.js', '"other"')?.status).toBe(200);
    expect(createStaticFolder(makeFolder({ ...files, 'desk.js': '9' }))('/desk.js')?.headers.etag).not.toBe(
      etag,
    );
  });
});

describe('the pages of a clone', () => {
  const BUILD = `import { mkdirSync, writeFileSync } from 'node:fs';
    const folder = new URL('../dist/ui/desk/', import.meta.url);
    mkdirSync(folder, { recursive: true });
    writeFileSync(new URL('favicon.svg', folder), String(Date.now()));`;

  it('are built when they are missing, and again only when a source is newer', async () => {
    const root = makeFolder({ 'src/ui/desk/main.tsx': '', 'scripts/buildDeskPages.mjs': BUILD });
    const directory = join(root, 'dist', 'ui', 'desk');
    const built = () => createStaticFolder(directory)('/favicon.svg')?.headers.etag;
    expect(await preparePages(root)).toEqual({ ok: true, directory });
    const first = built();
    expect(await preparePages(root)).toEqual({ ok: true, directory });
    expect(built()).toBe(first);
    utimesSync(join(root, 'src/ui/desk/main.tsx'), new Date(), new Date(Date.now() + 60_000));
    await preparePages(root);
    expect(built()).not.toBe(first);
  });

  it('that cannot be built say why and what to do', async () => {
    const root = makeFolder({
      'src/ui/desk/main.tsx': '',
      'scripts/buildDeskPages.mjs': "console.error('no esbuild'); process.exit(1);",
    });
    expect(await preparePages(root)).toEqual({
      ok: false,
      detail: `${join(root, 'dist', 'ui', 'desk')}: the desk's pages could not be built: no esbuild; run npm ci, then npm run build`,
    });
  });
});

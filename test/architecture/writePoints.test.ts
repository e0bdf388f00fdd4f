import { expect, it } from 'vitest';
import { ownGraph, readOwn } from './ownSources.ts';

/** What becomes of a full disk where something is written, by file or folder. */
const WRITE_POINTS: Readonly<Record<string, string>> = {
  'src/adapters/sqlite/':
    'the record of the gateway: test/adapters/sqlite/full.test.ts has every statement, test/gateway/fullDisk.test.ts every call',
  'src/adapters/jose/keyFile.ts':
    'its own key, at the first start: without it the gateway controls nothing yet',
  'src/adapters/http/serveLocal.ts': 'the folder of the socket, at the start: nothing is controlled yet',
  'src/adapters/x509/durableFile.ts':
    'a renewed certificate: the old one stays in use until the new one is whole',
  'src/compose/wipe.ts': 'the gateway has been taken out of service',
  'src/compose/restoreBackup.ts': 'a command, while no gateway runs',
  'src/compose/makeBackup.ts': 'a command that writes a file of its own',
  'src/adapters/backupFile/': 'a command that writes a file of its own',
  'src/cli/': 'commands that write files of their own',
  'src/adapters/deskStore/': 'the desk, on which no limit rests',
  'src/config/deskUsers.ts': 'the desk, on which no limit rests',
};

const WRITING =
  /import \{[^}]*\b(writeFile|appendFile|createWriteStream|mkdir|mkdtemp|rename|write|copyFile|cp|truncate|ftruncate|symlink|link)(Sync)?\b[^}]*\} from 'node:fs(\/promises)?'|new Database\(/;

function isOf(place: string, file: string): boolean {
  return place.endsWith('/') ? file.startsWith(place) : file === place;
}

it('whoever writes to a disk has said what becomes of it when the disk is full', () => {
  const sources = [...ownGraph.keys()].filter((file) => file.startsWith('src/'));
  // An import may take several lines.
  const writing = sources.filter((file) => WRITING.test(readOwn(file).replaceAll(/\s+/g, ' ')));
  expect(writing.length).toBeGreaterThan(10);
  const places = Object.keys(WRITE_POINTS);
  expect(writing.filter((file) => !places.some((place) => isOf(place, file)))).toEqual([]);
  expect(places.filter((place) => !writing.some((file) => isOf(place, file)))).toEqual([]);
});

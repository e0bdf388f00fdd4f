import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type DeskSettings, deskSettingsSchema } from './deskSchema.ts';
import { type Mistake, nearest, show } from './mistake.ts';
import { readJsoncFile } from './readJsoncFile.ts';

export type DeskSettingsResult =
  | { readonly ok: true; readonly settings: DeskSettings }
  | { readonly ok: false; readonly mistakes: readonly Mistake[] };

/** Reads and judges the settings file of the desk. All mistakes at once; paths in it are relative to its folder. */
export function readDeskSettings(file: string): DeskSettingsResult {
  const read = readJsoncFile(file);
  if (!read.ok) return { ok: false, mistakes: [read.mistake] };
  const parsed = deskSettingsSchema.safeParse(read.value);
  if (!parsed.success) {
    return {
      ok: false,
      mistakes: parsed.error.issues.flatMap((issue) => mistakesOf(issue, read.value, file)),
    };
  }
  const settings = withAbsolutePaths(parsed.data, dirname(file));
  const mistakes = [...checkListen(settings, file), ...checkPairs(settings, file), ...checkSecrets(settings)];
  return mistakes.length === 0 ? { ok: true, settings } : { ok: false, mistakes };
}

type Issue = Readonly<{
  code?: string | undefined;
  path: readonly PropertyKey[];
  message: string;
  keys?: readonly string[];
}>;

function mistakesOf(issue: Issue, root: unknown, source: string): readonly Mistake[] {
  const place = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    return (issue.keys ?? []).map((key) => {
      const meant = nearest(key, KNOWN_KEYS);
      return {
        source,
        path: place === '' ? key : `${place}.${key}`,
        expected: 'a setting that the desk knows',
        found: 'one that it does not know',
        toDo: `${meant === undefined ? 'remove it' : `did you mean ${meant}?`} (config/desk.jsonc shows all)`,
      };
    });
  }
  const found = issue.path.reduce<unknown>(
    (value, key) => (isObject(value) ? value[key as string] : undefined),
    root,
  );
  const expected = issue.message.replace(/^(Invalid input: )?expected /, '').replace(/, received .*$/, '');
  return [
    {
      source,
      path: place,
      expected,
      found: show(found),
      toDo: found === undefined ? 'add it' : 'correct it',
    },
  ];
}

const KNOWN_KEYS = Object.keys(deskSettingsSchema.shape).concat(
  [
    'host',
    'port',
    'url',
    'username',
    'passwordFile',
    'certificateAuthorityFile',
    'certificateFile',
    'keyFile',
    'keyId',
    'authorityFile',
    'authorityKeyFile',
    'days',
  ],
  ['clientId', 'connections', 'distributor', 'longestSeconds', 'longestInDaySeconds', 'speed'],
);

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function withAbsolutePaths(settings: DeskSettings, folder: string): DeskSettings {
  const absolute = (value: string): string => resolve(folder, value);
  const isPath = (key: string): boolean => /(File|Directory)$/.test(key);
  const walk = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') return isPath(key) ? absolute(value) : value;
    if (Array.isArray(value)) return value.map((each) => walk(each, ''));
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, walk(inner, name)]));
  };
  return walk(settings, '') as DeskSettings;
}

function checkListen({ listen }: DeskSettings, source: string): readonly Mistake[] {
  const isLoopback = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/.test(listen.host);
  if (isLoopback || listen.certificateFile !== undefined) return [];
  const toDo =
    'set listen.certificateFile and listen.keyFile, or listen at 127.0.0.1 behind a proxy that speaks TLS';
  return [
    { source, path: 'listen.host', expected: 'a loopback address, or TLS', found: show(listen.host), toDo },
  ];
}

function checkPairs({ listen, broker }: DeskSettings, source: string): readonly Mistake[] {
  return [['listen', listen] as const, ['broker', broker] as const].flatMap(
    ([name, { certificateFile, keyFile }]) => {
      if ((certificateFile === undefined) === (keyFile === undefined)) return [];
      const missing = certificateFile === undefined ? 'certificateFile' : 'keyFile';
      const expected = 'certificateFile and keyFile together';
      return [{ source, path: `${name}.${missing}`, expected, found: 'only one of them', toDo: 'add it' }];
    },
  );
}

/** Whoever can read a key can sign with it: the desk does not start with one that others can read. */
function checkSecrets(settings: DeskSettings): readonly Mistake[] {
  const { listen, broker, signingKeys, backOfficeKey, certificates, usersFile } = settings;
  const secrets = [
    ...signingKeys.map(({ keyFile }, index) => [`signingKeys.${index}.keyFile`, keyFile] as const),
    ['backOfficeKey.keyFile', backOfficeKey?.keyFile] as const,
    ['certificates.authorityKeyFile', certificates?.authorityKeyFile] as const,
    ['listen.keyFile', listen.keyFile] as const,
    ['broker.keyFile', broker.keyFile] as const,
    ['broker.passwordFile', broker.passwordFile] as const,
    ['usersFile', usersFile] as const,
  ];
  return secrets.flatMap(([path, file]) => (file === undefined ? [] : checkSecret(path, file)));
}

/** @returns nothing for a file that is not there: whoever reads it says so */
function checkSecret(path: string, file: string): readonly Mistake[] {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) return [];
  const rights = found.mode & 0o777;
  if ((rights & 0o007) === 0) return [];
  const toDo = `take the rights of others away: chmod o= ${file}`;
  const expected = 'a file that only the desk, and at most its group, can read';
  return [{ source: file, path, expected, found: `the rights ${rights.toString(8)}`, toDo }];
}

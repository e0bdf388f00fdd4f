import { dirname, join, resolve } from 'node:path';
import convict from 'convict';
import { type Mistake, nearest, show } from './mistake.ts';
import { readJsoncFile } from './readJsoncFile.ts';
import {
  argumentOf,
  environmentVariableOf,
  PATH_KIND,
  SETTING_PATHS,
  type SettingPath,
  type SettingRow,
  settingRow,
} from './settingsTable.ts';

/** What the gateway is told, apart from the house it stands in. All paths are absolute. */
export interface Settings {
  readonly gatewayId: string;
  readonly sitePlan: string;
  /** Absent: the site plan needs no signature. */
  readonly sitePlanKeysFile?: string;
  /** Absent: the profiles that come with Loadgate. */
  readonly profilesDirectory?: string;
  readonly stateDirectory: string;
  readonly runtimeDirectory: string;
  readonly broker: BrokerSettings;
  readonly trust: TrustSettings;
  /** Absent: identity.key in the state directory. */
  readonly identity: { readonly keyFile?: string };
  /** Absent: nobody but the broker and the resolvers of the system is contacted. */
  readonly network: { readonly checkAddress?: string };
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  readonly cycle: { readonly intervalMs: number };
  readonly journal: { readonly segmentMs: number; readonly keepDays: number };
  readonly outbox: { readonly mostMegabytes: number; readonly keepDays: number };
  readonly telemetry: { readonly intervalMs: number };
  readonly simulation: { readonly speed: number };
}

export interface BrokerSettings {
  /** Absent: the gateway runs without a broker. */
  readonly url?: string;
  readonly fallbackUrls?: readonly string[];
  readonly protocolVersion: '5' | '3.1.1';
  readonly username?: string;
  readonly passwordFile?: string;
  readonly certificateAuthorityFile?: string;
  readonly certificateFile?: string;
  readonly keyFile?: string;
  /** Absent: certificateAuthorityFile. */
  readonly clientAuthorityFile?: string;
  /** 0: no renewal. */
  readonly renewalDays: number;
}

export interface TrustSettings {
  /** Absent: no command is obeyed. */
  readonly rootKeysFile?: string;
  /** Absent: only a bundle from the broker. */
  readonly bundleFile?: string;
}

/** Where settings come from; a later one wins: file, environment, arguments. */
export interface SettingLayers {
  readonly file?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly arguments: Readonly<Partial<Record<SettingPath, string>>>;
  /** Paths from the environment and the arguments are relative to it; those of a file to the file's folder. */
  readonly workingDirectory: string;
}

export type SettingsResult =
  | { readonly ok: true; readonly settings: Settings }
  | {
      readonly ok: false;
      readonly mistakes: readonly Mistake[];
      /** What is right all the same, so that the rest can be judged in one go. */
      readonly usable: Pick<Partial<Settings>, UsefulAlone>;
    };

const USEFUL_ALONE = ['sitePlan', 'sitePlanKeysFile', 'profilesDirectory'] as const;
type UsefulAlone = (typeof USEFUL_ALONE)[number];

/** Reads, layers and judges the settings. All mistakes at once. */
export function readSettings(layers: SettingLayers): SettingsResult {
  const { values, sourceOf, mistakes } = layer(layers);
  const settings = values as unknown as Settings;
  const all = mistakes.length > 0 ? mistakes : combinationMistakes(settings, sourceOf);
  if (all.length === 0) return { ok: true, settings };
  const wrong = new Set(all.map((mistake) => mistake.path));
  const right = USEFUL_ALONE.filter((key) => !wrong.has(key) && values[key] !== undefined);
  return { ok: false, mistakes: all, usable: Object.fromEntries(right.map((key) => [key, values[key]])) };
}

export type DirectorySetting = 'stateDirectory' | 'runtimeDirectory';

/**
 * One setting with a default, for commands that need no other: where a gateway listens can be asked without its
 * whole configuration. Mistakes elsewhere do not count.
 */
export function readDirectorySetting(
  path: DirectorySetting,
  layers: SettingLayers,
):
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly mistakes: readonly Mistake[] } {
  const { values, mistakes } = layer(layers);
  const own = mistakes.filter((mistake) => mistake.path === '' || mistake.path === path);
  return own.length === 0 ? { ok: true, value: String(values[path]) } : { ok: false, mistakes: own };
}

/** Where the gateway keeps its own key, for commands that read its record. */
export function readIdentityKeyFile(
  layers: SettingLayers,
):
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly mistakes: readonly Mistake[] } {
  const { values, mistakes } = layer(layers);
  const { identity, stateDirectory } = values as unknown as Pick<Settings, 'identity' | 'stateDirectory'>;
  const own = mistakes.filter(({ path }) => ['', 'identity.keyFile', 'stateDirectory'].includes(path));
  if (own.length > 0) return { ok: false, mistakes: own };
  return { ok: true, value: identity.keyFile ?? join(stateDirectory, 'identity.key') };
}

interface Layered {
  readonly values: Readonly<Record<string, unknown>>;
  readonly sourceOf: (path: SettingPath) => string;
  readonly mistakes: readonly Mistake[];
}

function layer(layers: SettingLayers): Layered {
  const mistakes: Mistake[] = [];
  const file = layers.file === undefined ? undefined : resolve(layers.workingDirectory, layers.file);
  const fromFile = file === undefined ? {} : readSettingsFile(file, mistakes);
  const fromEnvironment = pickSettings((path) => layers.environment[environmentVariableOf(path)]);
  const config = convict<Record<string, unknown>>(convictSchema(), {
    env: mapKeys(withAbsolutePaths(fromEnvironment, layers.workingDirectory), environmentVariableOf),
    args: [],
  });
  config.load(nested(withAbsolutePaths(fromFile, file === undefined ? '.' : dirname(file))));
  // Set one by one: the argument parser of convict would make the number 7 of the name "007".
  const fromArguments = withAbsolutePaths(layers.arguments, layers.workingDirectory);
  for (const path of SETTING_PATHS) {
    if (fromArguments[path] !== undefined) config.set(path, fromArguments[path]);
  }
  const sourceOf = (path: SettingPath): string => {
    if (fromArguments[path] !== undefined) return 'arguments';
    return fromEnvironment[path] !== undefined ? 'environment' : (file ?? 'settings');
  };
  try {
    config.validate({ allowed: 'strict' });
  } catch {
    const named = new Set(mistakes.map((mistake) => mistake.path));
    const wrong = SETTING_PATHS.filter(
      (path) => !isAcceptable(settingRow(path), config.get(path)) && !named.has(path),
    );
    mistakes.push(...wrong.map((path) => settingMistake(path, config.get(path), sourceOf(path))));
  }
  return { values: withoutUnset(config.getProperties()), sourceOf, mistakes };
}

type Layer = Partial<Record<SettingPath, unknown>>;

function convictSchema(): convict.Schema<Record<string, unknown>> {
  const rows: Layer = {};
  for (const path of SETTING_PATHS) {
    const row = settingRow(path);
    const format = `setting ${path}`;
    convict.addFormat({
      name: format,
      coerce: row.kind.coerce,
      validate: (value) => {
        if (!isAcceptable(row, value)) throw new Error(`expected ${row.kind.expected}`);
      },
    });
    rows[path] = { doc: row.doc, format, default: row.default ?? null, env: environmentVariableOf(path) };
  }
  return nested(rows) as convict.Schema<Record<string, unknown>>;
}

/** Null stands for "unset", which only some settings may be. */
function isAcceptable(row: SettingRow, value: unknown): boolean {
  return value === null ? row.default === null : row.kind.accepts(value);
}

/** The settings that a file makes, flat; whatever is no setting becomes a mistake. */
function readSettingsFile(file: string, mistakes: Mistake[]): Layer {
  const read = readJsoncFile(file);
  if (!read.ok) {
    mistakes.push(read.mistake);
    return {};
  }
  const found: Layer = {};
  const walk = (value: unknown, path: string): void => {
    if (isSettingPath(path)) {
      // Convict stumbles over an object where it knows a value; a list of texts is as good as one with commas.
      if (isTexts(value)) found[path] = value.join(',');
      else if (typeof value === 'object' && value !== null) mistakes.push(settingMistake(path, value, file));
      else found[path] = value;
    } else if (isGroup(path) && typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const [key, inner] of Object.entries(value)) walk(inner, path === '' ? key : `${path}.${key}`);
    } else mistakes.push(isGroup(path) ? notAGroup(file, path, value) : unknownSetting(file, path));
  };
  walk(read.value, '');
  return found;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string');
}

function isSettingPath(path: string): path is SettingPath {
  return (SETTING_PATHS as readonly string[]).includes(path);
}

function isGroup(path: string): boolean {
  return path === '' || SETTING_PATHS.some((known) => known.startsWith(`${path}.`));
}

function notAGroup(file: string, path: string, value: unknown): Mistake {
  const example = SETTING_PATHS.find((known) => path === '' || known.startsWith(`${path}.`));
  return {
    source: file,
    path,
    expected: 'an object { ... } of settings',
    found: show(value),
    toDo: `write it as in config/loadgate.jsonc, for example with ${example}`,
  };
}

function unknownSetting(file: string, path: string): Mistake {
  const meant = nearest(path, SETTING_PATHS);
  return {
    source: file,
    path,
    expected: 'a setting that Loadgate knows',
    found: 'one that it does not know',
    toDo: `${meant === undefined ? 'remove it' : `did you mean ${meant}?`} (docs/configuration.md lists all)`,
  };
}

function settingMistake(path: SettingPath, value: unknown, source: string): Mistake {
  const ways = `"${path}" in the file, ${environmentVariableOf(path)} or --${argumentOf(path)}`;
  const isSet = value !== null;
  return {
    source,
    path,
    expected: settingRow(path).kind.expected,
    found: show(value),
    toDo: `${isSet ? 'correct' : 'set'} it: ${ways}. ${settingRow(path).doc}`,
  };
}

function combinationMistakes(
  settings: Settings,
  sourceOf: (path: SettingPath) => string,
): readonly Mistake[] {
  const { broker, trust } = settings;
  const mistakes: Mistake[] = [];
  if ((broker.certificateFile === undefined) !== (broker.keyFile === undefined)) {
    const path = broker.certificateFile === undefined ? 'broker.certificateFile' : 'broker.keyFile';
    mistakes.push(settingMistake(path, null, sourceOf(path)));
  }
  if (broker.fallbackUrls !== undefined && broker.url === undefined) {
    mistakes.push(settingMistake('broker.url', null, sourceOf('broker.url')));
  }
  if (broker.passwordFile !== undefined && broker.username === undefined) {
    mistakes.push(settingMistake('broker.username', null, sourceOf('broker.username')));
  }
  if (trust.bundleFile !== undefined && trust.rootKeysFile === undefined) {
    mistakes.push(settingMistake('trust.rootKeysFile', null, sourceOf('trust.rootKeysFile')));
  }
  return mistakes;
}

function pickSettings(valueAt: (path: SettingPath) => unknown): Layer {
  return Object.fromEntries(
    SETTING_PATHS.map((path) => [path, valueAt(path)]).filter(([, value]) => value !== undefined),
  );
}

function withAbsolutePaths(layer: Layer, folder: string): Layer {
  const isPath = (path: SettingPath): boolean => settingRow(path).kind === PATH_KIND;
  return pickSettings((path) => {
    const value = layer[path];
    return isPath(path) && typeof value === 'string' && value !== '' ? resolve(folder, value) : value;
  });
}

function mapKeys(layer: Layer, name: (path: SettingPath) => string): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(layer).map(([path, value]) => [name(path as SettingPath), String(value)]),
  );
}

/** { 'broker.url': x } -> { broker: { url: x } } */
function nested(layer: Layer): Record<string, unknown> {
  const root: Record<string, Record<string, unknown> | unknown> = {};
  for (const [path, value] of Object.entries(layer)) {
    const [first = '', second] = path.split('.');
    if (second === undefined) root[first] = value;
    else root[first] = { ...(root[first] as object | undefined), [second]: value };
  }
  return root;
}

function withoutUnset(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept = Object.entries(values).filter(([, value]) => value !== null);
  return Object.fromEntries(
    kept.map(([key, value]) => [
      key,
      typeof value === 'object' && !Array.isArray(value)
        ? withoutUnset(value as Record<string, unknown>)
        : value,
    ]),
  );
}

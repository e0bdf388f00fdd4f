import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { lintDevice } from './lintDevice.ts';
import { lintLooks } from './lintLooks.ts';
import { lintReads } from './lintReads.ts';
import { lintWrites } from './lintWrites.ts';
import { formatPath, type ProfileMistake, type Report } from './mistake.ts';
import { compileProfile, type Profile } from './profile.ts';
import { profileSchema } from './profileSchema.ts';
import { checkVectors } from './vectors.ts';

const SCHEMA_FILE = 'profile.schema.json';

/** The good profiles by id, and every mistake of the others: one bad file does not take a home's devices away. */
export interface LoadedProfiles {
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly mistakes: readonly ProfileMistake[];
}

/** Reads all profiles of a directory. Each mistake of each file is listed; nothing throws. */
export function loadProfiles(directory: string): LoadedProfiles {
  const profiles = new Map<string, Profile>();
  const mistakes: ProfileMistake[] = [];
  let files: string[] = [];
  try {
    files = readdirSync(directory)
      .filter((file) => file.endsWith('.json') && file !== SCHEMA_FILE)
      .sort();
  } catch (error) {
    const message = `the profile directory ${directory} cannot be read (${messageOf(error)}); give its path`;
    return { profiles, mistakes: [{ file: directory, path: '', message }] };
  }
  for (const file of files) {
    const loaded = loadFile(directory, file);
    if ('mistakes' in loaded) mistakes.push(...loaded.mistakes);
    else profiles.set(loaded.profile.id, loaded.profile);
  }
  return { profiles, mistakes };
}

export type FoundProfile =
  | { readonly ok: true; readonly profile: Profile }
  | { readonly ok: false; readonly message: string };

/** The profile with this id, or a sentence with what is known instead. */
export function findProfile(loaded: LoadedProfiles, id: string): FoundProfile {
  const profile = loaded.profiles.get(id);
  if (profile !== undefined) return { ok: true, profile };
  const mistakes = loaded.mistakes.filter((mistake) => mistake.file === `${id}.json`);
  const [first] = mistakes;
  if (first !== undefined) {
    const where = first.path === '' ? '' : ` at ${first.path}`;
    return {
      ok: false,
      message: `the profile "${id}" has ${mistakes.length} mistake(s); the first${where}: ${first.message}`,
    };
  }
  const known = [...loaded.profiles.keys()].join(', ') || 'none';
  return {
    ok: false,
    message: `no profile "${id}"; known are: ${known}. Correct the name, or add drivers/${id}.json`,
  };
}

type LoadedFile = { readonly profile: Profile } | { readonly mistakes: readonly ProfileMistake[] };

function loadFile(directory: string, file: string): LoadedFile {
  const id = file.slice(0, -'.json'.length);
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id)) {
    const message =
      'expected a name of small letters, digits and hyphens, such as maker-model.json; rename the file';
    return { mistakes: [{ file, path: '', message }] };
  }
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(join(directory, file), 'utf8'));
  } catch (error) {
    const message = `expected JSON, found: ${messageOf(error)}; repair the file`;
    return { mistakes: [{ file, path: '', message }] };
  }
  const parsed = profileSchema.safeParse(content);
  if (!parsed.success) {
    return { mistakes: parsed.error.issues.flatMap((issue) => describeIssue(file, issue, content)) };
  }
  const mistakes: ProfileMistake[] = [];
  const report: Report = (mistake) => mistakes.push({ file, ...mistake });
  for (const lint of [lintReads, lintWrites, lintDevice, lintLooks]) lint(parsed.data, report);
  if (mistakes.length > 0) return { mistakes };
  const profile = compileProfile(id, parsed.data);
  checkVectors(profile, report);
  return mistakes.length > 0 ? { mistakes } : { profile };
}

function describeIssue(file: string, issue: z.core.$ZodIssue, content: unknown): ProfileMistake[] {
  const path = formatPath(issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      file,
      path: formatPath([...issue.path, key]),
      message: 'no such key here; remove it or correct its spelling (drivers/profile.schema.json lists all)',
    }));
  }
  if (issue.code === 'invalid_key') {
    return issue.issues.map((inner) => ({ file, path, message: inner.message }));
  }
  const found = valueAt(content, issue.path);
  const text = found === undefined ? 'it is missing' : `found ${JSON.stringify(found).slice(0, 80)}`;
  const message = `${issue.message}; ${text}; see drivers/profile.schema.json for what belongs here`;
  return [{ file, path, message }];
}

function valueAt(content: unknown, path: readonly PropertyKey[]): unknown {
  let value = content;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

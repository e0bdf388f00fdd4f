import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Scenario, scenarioSchema } from './scenarioSchema.ts';

const STORIES = join(import.meta.dirname, 'stories');

/** A story under the name of its file, which is its lesson. */
export interface NamedScenario {
  readonly name: string;
  readonly scenario: Scenario;
}

/** Every story of the folder. Throws one error with all mistakes of all files, each with its place. */
export function readScenarios(folder = STORIES): readonly NamedScenario[] {
  const mistakes: string[] = [];
  const stories: NamedScenario[] = [];
  for (const file of readdirSync(folder).sort()) {
    const read = parseScenario(file, readFileSync(join(folder, file), 'utf8'));
    if (read.ok) stories.push({ name: basename(file, '.json'), scenario: read.scenario });
    else mistakes.push(...read.mistakes);
  }
  if (mistakes.length > 0) throw new Error(`the stories cannot be told:\n${mistakes.join('\n')}`);
  return stories;
}

export type ScenarioRead =
  | { readonly ok: true; readonly scenario: Scenario }
  | { readonly ok: false; readonly mistakes: readonly string[] };

/** @param file for the messages */
export function parseScenario(file: string, text: string): ScenarioRead {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    return { ok: false, mistakes: [`${file}: expected JSON: ${(error as Error).message}`] };
  }
  const parsed = scenarioSchema.safeParse(data);
  if (parsed.success) return { ok: true, scenario: parsed.data };
  const mistakes = parsed.error.issues.map(({ path, message }) => `${file}: ${placeOf(path)}: ${message}`);
  return { ok: false, mistakes };
}

function placeOf(path: readonly PropertyKey[]): string {
  const place = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return place === '' ? 'the story' : place.replace(/^\./, '');
}

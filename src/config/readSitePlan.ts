import { z } from 'zod';
import type { SitePlan } from '../domain/sitePlan.ts';
import { type Mistake, nearest, show } from './mistake.ts';
import { checkPlanSignature } from './planSignature.ts';
import { readJsoncFile } from './readJsoncFile.ts';
import { sitePlanSchema } from './sitePlanSchema.ts';

export type SitePlanResult =
  | {
      readonly ok: true;
      readonly plan: SitePlan;
      /** Fingerprint of the key that signed it; absent where no signature was asked for. */
      readonly signedBy?: string;
    }
  | { readonly ok: false; readonly mistakes: readonly Mistake[] };

/**
 * The site plan of a file, with the default timing filled in; or every mistake of its shape, and of its signature.
 * @param keysFile public keys of those who may sign it; absent: it needs no signature
 */
export function readSitePlan(file: string, keysFile?: string): SitePlanResult {
  const read = readJsoncFile(file);
  if (!read.ok) return { ok: false, mistakes: [read.mistake] };
  const parsed = parseSitePlan(read.value, file);
  if (keysFile === undefined) return parsed;
  const signature = checkPlanSignature(file, read.bytes, keysFile);
  if (signature.ok) return parsed.ok ? { ...parsed, signedBy: signature.value } : parsed;
  return { ok: false, mistakes: [...(parsed.ok ? [] : parsed.mistakes), signature.mistake] };
}

export function parseSitePlan(value: unknown, source: string): SitePlanResult {
  const parsed = sitePlanSchema.safeParse(value);
  if (parsed.success) return { ok: true, plan: parsed.data };
  return {
    ok: false,
    mistakes: parsed.error.issues.flatMap((issue) => mistakesOf(issue, value, source)),
  };
}

type Keys = readonly PropertyKey[];

function mistakesOf(issue: z.core.$ZodIssue, root: unknown, source: string): readonly Mistake[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const meant = nearest(key, keysAllowedAt(issue.path, root));
      return {
        source,
        path: placeIn(root, [...issue.path, key]),
        expected: 'a key that a site plan has',
        found: 'one that it does not have',
        toDo: meant === undefined ? 'remove it' : `did you mean ${meant}?`,
      };
    });
  }
  const found = valueAt(root, issue.path);
  const meaning = describedAt(issue.path, root);
  return [
    {
      source,
      path: placeIn(root, issue.path),
      expected: expectedBy(issue, meaning),
      found: show(found),
      toDo: found === undefined ? 'add it' : 'correct it',
    },
  ];
}

function expectedBy(issue: z.core.$ZodIssue, meaning: string | undefined): string {
  const shape = shapeExpected(issue);
  return meaning === undefined ? shape : `${shape} (${meaning})`;
}

function shapeExpected(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return EXPECTED_TYPE[issue.expected] ?? issue.expected;
    case 'too_small':
      return `${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${counted(issue.origin)}`;
    case 'too_big':
      return `${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${counted(issue.origin)}`;
    case 'invalid_value':
      return `one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'invalid_union':
      return `a "kind" that is known${'options' in issue ? `: ${listed(issue.options)}` : ''}`;
    case 'invalid_format':
      return 'a name';
    case 'invalid_key':
      return 'a phase as key: "L1", "L2" or "L3"';
    default:
      return issue.message;
  }
}

const EXPECTED_TYPE: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list [ ... ]',
  object: 'an object { ... }',
  record: 'an object { ... }',
};

function counted(origin: string): string {
  if (origin === 'array') return ' in the list';
  return origin === 'string' ? ' characters' : '';
}

function listed(options: unknown): string {
  return Array.isArray(options)
    ? options.map((option) => JSON.stringify(option)).join(', ')
    : String(options);
}

/** circuits[1] (garage).ratingA: the index for the machine, the name for the person. */
function placeIn(root: unknown, keys: Keys): string {
  let place = '';
  for (const [index, key] of keys.entries()) {
    if (typeof key === 'number') {
      const name = nameOf(valueAt(root, keys.slice(0, index + 1)));
      place += name === undefined ? `[${key}]` : `[${key}] (${name})`;
    } else place += place === '' ? String(key) : `.${String(key)}`;
  }
  return place;
}

function nameOf(entry: unknown): string | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const name = Object.entries(entry).find(([key]) => key.endsWith('Id'))?.[1];
  return typeof name === 'string' ? name : undefined;
}

function valueAt(root: unknown, keys: Keys): unknown {
  return keys.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    root,
  );
}

/** The part of a JSON Schema that is needed to say what stands at a place. */
interface SchemaNode {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly oneOf?: readonly SchemaNode[];
  readonly const?: unknown;
}

const SCHEMA = z.toJSONSchema(sitePlanSchema, { io: 'input' }) as SchemaNode;

function nodeAt(keys: Keys, root: unknown): SchemaNode | undefined {
  let node: SchemaNode | undefined = SCHEMA;
  let value = root;
  for (const key of keys) {
    node =
      typeof key === 'number' ? chosen(node, value)?.items : chosen(node, value)?.properties?.[String(key)];
    value = valueAt(value, [key]);
  }
  return chosen(node, value);
}

/** Of alternatives, the one whose kind the value has. */
function chosen(node: SchemaNode | undefined, value: unknown): SchemaNode | undefined {
  const kind = valueAt(value, ['kind']);
  return node?.oneOf?.find((option) => option.properties?.kind?.const === kind) ?? node;
}

function describedAt(keys: Keys, root: unknown): string | undefined {
  return nodeAt(keys, root)?.description;
}

function keysAllowedAt(keys: Keys, root: unknown): readonly string[] {
  return Object.keys(nodeAt(keys, root)?.properties ?? {});
}

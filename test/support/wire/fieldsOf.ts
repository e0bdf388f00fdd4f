import { type Json, type JsonObject, readContract } from './contractFiles.ts';
import { schemaPathOf } from './judgeMessage.ts';

const { schemas } = readContract();

/** A value of a message, or an empty list, and for what it goes up by the published schema. */
export interface Field {
  /** body.loads[].measuredA */
  readonly path: string;
  /** Absent: the schema does not know the field, or says nothing of it. */
  readonly purpose?: string;
}

interface Place {
  /** The whole file, for its references. */
  readonly root: JsonObject;
  readonly schema: JsonObject;
  readonly path: string;
  readonly purpose: string | undefined;
}

/** All fields of an object that names its schema, walked by the JSON Schema file alone. */
export function fieldsOf(object: JsonObject): readonly Field[] {
  const root = schemas.get(schemaPathOf(object));
  if (root === undefined) throw new Error(`no schema is published of ${object.schema}`);
  return walk(object, { root, schema: root, path: '', purpose: undefined });
}

/** What a message goes up for, over all published schemas: each purpose that any field names. */
export function purposesOfSchemas(): ReadonlySet<string> {
  const found = new Set<string>();
  const look = (schema: Json | undefined): void => {
    if (typeof schema !== 'object' || schema === null) return;
    for (const [name, value] of Object.entries(schema)) {
      if (name === 'x-purpose') found.add(String(value));
      else if (name === 'x-purpose-when') found.add(String((value as JsonObject).purpose));
      else look(value);
    }
  };
  for (const schema of schemas.values()) look(schema);
  return found;
}

function walk(value: Json, place: Place): readonly Field[] {
  const purpose = purposeOf(place.schema, value) ?? place.purpose;
  const { root, path, schema } = place;
  if (schema.$ref !== undefined) return walk(value, { ...place, schema: resolve(schema, root), purpose });
  const options = (schema.oneOf ?? schema.anyOf) as readonly JsonObject[] | undefined;
  if (options !== undefined) {
    const option = options.find((one) => fits(one, value, root));
    return option === undefined ? [{ path }] : walk(value, { ...place, schema: option, purpose });
  }
  if (Array.isArray(value) && value.length > 0) {
    const items = schema.items as JsonObject;
    return value.flatMap((item) => walk(item, { root, schema: items, path: `${path}[]`, purpose }));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [fieldAt(path, purpose)];
  const known = (schema.properties ?? {}) as JsonObject;
  const others = schema.additionalProperties;
  return Object.entries(value).flatMap(([name, inner]) => {
    const innerSchema = known[name] ?? (typeof others === 'object' ? others : undefined);
    const innerPath = path === '' ? name : `${path}.${name}`;
    if (innerSchema === undefined) return [{ path: innerPath }];
    return walk(inner, { root, schema: innerSchema as JsonObject, path: innerPath, purpose });
  });
}

function fieldAt(path: string, purpose: string | undefined): Field {
  return purpose === undefined ? { path } : { path, purpose };
}

function purposeOf(schema: JsonObject, value: Json): string | undefined {
  const when = schema['x-purpose-when'] as JsonObject | undefined;
  const found = (value as JsonObject | null)?.[String(when?.field)];
  if (when !== undefined && found === when.is) return String(when.purpose);
  const own = schema['x-purpose'];
  return own === undefined ? undefined : String(own);
}

function resolve(schema: JsonObject, root: JsonObject): JsonObject {
  if (schema.$ref === undefined) return schema;
  const [, folder = '', name = ''] = String(schema.$ref).split('/');
  return (root[folder] as JsonObject)[name] as JsonObject;
}

/** By what tells the options of this contract apart: constants, lists of words, kinds of values. */
function fits(option: JsonObject, value: Json, root: JsonObject): boolean {
  const { const: only, enum: words, type, properties } = resolve(option, root);
  if (only !== undefined) return value === only;
  if (words !== undefined) return (words as readonly Json[]).includes(value);
  if (type === 'object') {
    const marks = Object.entries((properties ?? {}) as JsonObject).filter(([, one]) => {
      const { const: mark, enum: list } = one as JsonObject;
      return mark !== undefined || list !== undefined;
    });
    const inner = value as JsonObject;
    return marks.every(
      ([name, one]) => inner[name] === undefined || fits(one as JsonObject, inner[name], root),
    );
  }
  return typeof value === (type === 'integer' ? 'number' : type);
}

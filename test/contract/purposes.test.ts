import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { innerOf, optionsOf, ownPurpose } from '../../src/contract/firewall.ts';
import { MESSAGES, SIGNED_BY_THE_GATEWAY } from '../../src/contract/messages.ts';
import { goesUpFor } from '../../src/contract/purpose.ts';
import { TOPICS } from '../../src/contract/topics.ts';

const UPWARD = [
  ...Object.values(TOPICS).flatMap(({ direction, schemas }): readonly string[] =>
    direction === 'up' ? schemas : [],
  ),
  ...SIGNED_BY_THE_GATEWAY,
];

/** Paths of the fields that go up for nothing that anybody has said. */
function withoutPurpose(schema: z.ZodType, path = '', inherited?: string): readonly string[] {
  const purpose = ownPurpose(schema) ?? inherited;
  const inner = innerOf(schema);
  if (inner !== undefined) return withoutPurpose(inner, path, purpose);
  const options = optionsOf(schema);
  if (options !== undefined)
    return options.flatMap((option, index) => withoutPurpose(option, `${path}|${index}`, purpose));
  if (schema instanceof z.ZodObject) {
    return Object.entries(schema.shape).flatMap(([name, field]) =>
      withoutPurpose(field as z.ZodType, `${path}.${name}`, purpose),
    );
  }
  if (schema instanceof z.ZodArray) return withoutPurpose(schema.element as z.ZodType, `${path}[]`, purpose);
  return purpose === undefined ? [path] : [];
}

describe('what goes up', () => {
  it.each(UPWARD)('%s says of every field for what', (name) => {
    expect(withoutPurpose(MESSAGES[name as keyof typeof MESSAGES])).toEqual([]);
  });

  it('a field of which nobody has said it is found', () => {
    const schema = z.object({
      a: goesUpFor('operation', z.string()),
      b: z.array(z.object({ c: z.number() })),
    });
    expect(withoutPurpose(schema)).toEqual(['.b[].c']);
  });
});

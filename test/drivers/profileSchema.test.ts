import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { profileJsonSchema } from '../../src/profiles/profileJsonSchema.ts';

const SCHEMA = join(import.meta.dirname, '../../drivers/profile.schema.json');
const HOW = 'run: LOADGATE_UPDATE_SCHEMA=1 npx vitest run test/drivers && npm run format';

it(`drivers/profile.schema.json says what the gateway accepts (if not, ${HOW})`, () => {
  const current = JSON.parse(JSON.stringify(profileJsonSchema()));
  if (process.env.LOADGATE_UPDATE_SCHEMA === '1') writeFileSync(SCHEMA, JSON.stringify(current, null, 2));
  expect(JSON.parse(readFileSync(SCHEMA, 'utf8'))).toEqual(current);
});

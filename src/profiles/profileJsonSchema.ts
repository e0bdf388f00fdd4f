import { z } from 'zod';
import { profileSchema } from './profileSchema.ts';

/** The schema of drivers/profile.schema.json, so that an editor helps with every field of a profile. */
export function profileJsonSchema(): object {
  const schema = z.toJSONSchema(profileSchema, { io: 'input' });
  return { ...schema, title: 'Loadgate device profile' };
}

import { z } from 'zod';
import { planSchema } from './schema.js';

/** The JSON Schema of a plan file, for editors; what it can't say (steps in order, ids that are there) `plan check` does. */
export function planJsonSchema(): object {
  const schema = z.toJSONSchema(planSchema, { io: 'input', unrepresentable: 'any', reused: 'inline' });
  return { ...schema, title: 'pop-sla plan: the rules of a contract as data' };
}

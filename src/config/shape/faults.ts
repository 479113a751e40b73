import { z } from 'zod';
import type { Fault, KeyPath } from '../problem.js';
import { didYouMean } from '../suggest.js';
import { keysOf, kindsOf, schemaAt } from './schemas.js';

const kinds: Record<string, string> = { object: 'is not a mapping', array: 'is not a list' };

/** A merge key is YAML 1.1; here it would hide which value counts. */
const mergeKey = {
  what: 'merges another mapping into this one, which YAML 1.2 has not',
  allowed: 'the keys themselves, or an alias for a whole value, such as latency: *latency',
};

/** What the schema found, in our own words. */
export function shapeFaults(schema: z.ZodType, issues: readonly z.core.$ZodIssue[], input: unknown): Fault[] {
  return issues.flatMap((issue): Fault[] => {
    const at = issue.path as KeyPath;
    if (issue.code === 'invalid_union') return [kindFault(schema, at, input)];
    const keys = keysOf(schemaAt(schema, at, input));
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        at: [...at, key],
        onKey: true,
        ...(key === '<<'
          ? mergeKey
          : { what: `is not a known key${didYouMean(key, keys)}`, allowed: keys.join(', ') }),
      }));
    }
    if (issue.code === 'invalid_type') {
      if (issue.input === undefined) return [{ at, what: 'is missing', ...allowedFor(issue.expected, keys) }];
      if (issue.input === null) return [{ at, what: 'is empty', ...allowedFor(issue.expected, keys) }];
      const what = kinds[issue.expected];
      return [{ at, what: what ?? `is not of type ${issue.expected}`, ...allowedFor(issue.expected, keys) }];
    }
    if (issue.code === 'custom') {
      const allowed: unknown = issue.params?.['allowed'];
      return [{ at, what: issue.message, ...(typeof allowed === 'string' ? { allowed } : {}) }];
    }
    return [{ at, what: issue.message }];
  });
}

/** A mapping whose kind is missing or unknown: which keys it may have depends on it. */
function kindFault(schema: z.ZodType, at: KeyPath, input: unknown): Fault {
  const value = at.reduce<unknown>(
    (here, step) =>
      typeof here === 'object' && here !== null ? (here as Record<string, unknown>)[step] : undefined,
    input,
  );
  const union = schemaAt(schema, at.slice(0, -1), input);
  const kinds = union instanceof z.ZodDiscriminatedUnion ? kindsOf(union) : [];
  const what = value === undefined ? 'is missing' : `is not known${didYouMean(String(value), kinds)}`;
  return { at, what, allowed: kinds.join(', ') };
}

function allowedFor(expected: string, keys: readonly string[]): { allowed?: string } {
  if (expected === 'object' && keys.length > 0)
    return { allowed: `a mapping with the keys ${keys.join(', ')}` };
  return expected === 'array' ? { allowed: 'a list' } : {};
}

import { z } from 'zod';
import { isPopId, pathEnds } from '../../core/path/path.js';
import type { PathId } from '../../core/types.js';
import { instant } from '../scalars/instant.js';
import { probeSchema } from './probe.js';
import { textual, wrong } from '../scalars/scalar.js';

const form = 'SOURCE>DESTINATION, two different PoP ids';

/** One directed path. */
export const path = () =>
  textual(form, (text) => {
    const [source, destination] = text.split('>');
    if (source === destination && isPopId(source ?? '')) return wrong('is a path from a PoP to itself');
    return pathEnds(text) === null ? wrong('is not a path') : (text as PathId);
  });

/** One path, or `SOURCE>*`, those to every other PoP. */
export const pathPattern = () =>
  textual(`${form}, or SOURCE>* for those to every other PoP`, (text) => {
    const [source, destination] = text.split('>');
    if (source === destination && isPopId(source ?? '')) return wrong('is a path from a PoP to itself');
    const all = text === `${source ?? ''}>*` && isPopId(source ?? '');
    return pathEnds(text) === null && !all ? wrong('is not a path') : (text as PathId);
  });

const entry = z.strictObject({
  path: pathPattern(),
  from: instant().optional(),
  to: instant().optional(),
  probe: probeSchema.optional(),
});

/** `'HKG>SIN'` is short for `{ path: 'HKG>SIN' }`. */
export type IncludeEntry = z.output<typeof entry>;

export const pathsSchema = z.strictObject({
  include: z
    .array(z.preprocess((input) => (typeof input === 'string' ? { path: input } : input), entry))
    .optional(),
  exclude: z.array(path()).default([]),
});

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as kinds from '../../../probes/kinds.js';
import { root } from '../../support/source-files.js';

type Kinds = typeof kinds;

const file = join(root, 'dist', 'probes', 'kinds.js');

/** The registry as it was built: its kinds start processes and threads, which run JavaScript. Null before a build. */
export const builtKinds: Kinds | null = existsSync(file)
  ? ((await import(pathToFileURL(file).href)) as Kinds)
  : null;

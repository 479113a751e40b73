import { join } from 'node:path';
import type { RoundResult } from '../../../probes/probe.js';
import type { Namespace } from '../../lab/namespace.js';
import type { RoundKeys } from './rounds.js';

/** Measures what it is told on stdin: see its head. */
export const measureScript = join(import.meta.dirname, 'measure.mjs');

/** Measures rounds, all at a time, with a built kind inside a namespace. */
export async function measureIn(
  namespace: Namespace,
  kind: string,
  rounds: readonly (RoundKeys & { readonly abortAfterMs?: number })[],
): Promise<RoundResult[]> {
  const done = await namespace.run([process.execPath, measureScript], {
    input: JSON.stringify({ kind, rounds }),
  });
  if (done.code !== 0) throw new Error(`${kind} in ${namespace.name}: ${done.stderr}`);
  return JSON.parse(done.stdout) as RoundResult[];
}

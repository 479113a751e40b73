import { InvalidArgumentError } from 'commander';
import type { FaultReport } from '../../core/fault/report.js';
import type { Context } from '../context.js';
import { printJson } from '../ledger/with-ledger.js';

/** Prints what became of a report. */
export async function show(
  report: FaultReport,
  { json }: { readonly json?: true },
  context: Context,
): Promise<void> {
  if (json) {
    const { reportJson } = await import('../../render/fault/json.js');
    printJson(reportJson(report, context.now()), context);
    return;
  }
  const { id, state, owner, entries } = report;
  const entered = entries.map((entry) => entry.id).join(', ');
  context.stdout.write(
    `${id} is ${state}${owner === null ? '' : `, ${owner} has it`}${entered === '' ? '' : `, entered as ${entered}`}\n`,
  );
}

/** Reads an option that is one of some words. */
export const oneOfWords =
  <const T extends string>(words: readonly T[]) =>
  (given: string): T => {
    const found = words.find((word) => word === given);
    if (found !== undefined) return found;
    throw new InvalidArgumentError(`allowed: ${words.join(', ')}`);
  };

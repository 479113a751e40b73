import type { Ticket } from '../core/ticket/report.js';
import type { Context } from './context.js';
import { printJson } from './with-ledger.js';

/** Prints what became of a report. */
export async function show(
  report: Ticket,
  { json }: { readonly json?: true },
  context: Context,
): Promise<void> {
  if (json) {
    const { reportJson } = await import('../render/tickets.js');
    printJson(reportJson(report, context.now()), context);
    return;
  }
  const { id, state, owner, entries } = report;
  const entered = entries.map((entry) => entry.id).join(', ');
  context.stdout.write(
    `${id} is ${state}${owner === null ? '' : `, ${owner} has it`}${entered === '' ? '' : `, entered as ${entered}`}\n`,
  );
}

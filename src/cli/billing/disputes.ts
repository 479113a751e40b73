import { Command, Option } from 'commander';
import { disputeMoves, type Dispute, type DisputeMove } from '../../core/billing/disputes.js';
import type { Context } from '../context.js';
import { actorOf, actorOption, printJson, type ActorOptions } from '../ledger/with-ledger.js';
import { configOption, jsonOption, positiveInteger, type ConfigOptions } from '../options.js';
import { withBilling } from './with-billing.js';

type ListOptions = ConfigOptions & {
  readonly statement?: string;
  readonly open?: true;
  readonly json?: true;
};
type SayOptions = ActorOptions & {
  readonly text: string;
  readonly revision?: number;
  readonly contact?: string;
  readonly json?: true;
};

const summaries: Readonly<Record<DisputeMove, string>> = {
  answer: 'answer it; it stays open',
  accept: 'say that the customer is right',
  reject: 'say that the customer is wrong',
  withdraw: 'note that the customer takes it back',
};

export function disputesCommand(context: Context): Command {
  const command = new Command('disputes')
    .summary('what customers say against sealed statements, and what is answered')
    .description(
      'A dispute is kept for ever with all that was said: name nobody in it, but contacts by their ids.',
    );
  command
    .command('list')
    .description('print disputes with what was said')
    .option('--statement <id>', 'against this statement, as 2026-10/svc-1')
    .option('--open', 'only those that are not over')
    .addOption(jsonOption())
    .addOption(configOption())
    .action((options: ListOptions) =>
      withBilling(options, context, async ({ disputes }) => {
        const { statement, open = false } = options;
        await show(await disputes.list({ ...(statement && { statement }), open }), options, context);
      }),
    );
  said(command.command('open').description('open one against a sealed statement'))
    .argument('<statement>', 'as 2026-10/svc-1')
    .addOption(
      new Option('--revision <n>', 'against this revision (default: the latest)').argParser(positiveInteger),
    )
    .option('--contact <id>', 'who at the customer says so, as `person list` prints it')
    .action((statement: string, options: SayOptions) => {
      const actor = actorOf(options, context);
      return withBilling({ ...options, write: true }, context, async ({ disputes }) => {
        const { text, revision, contact = null } = options;
        const request = { statement, text, contact, ...(revision !== undefined && { revision }) };
        await show([await disputes.open(actor, request)], options, context);
      });
    });
  for (const move of disputeMoves) {
    said(command.command(move).description(summaries[move]))
      .argument('<id>', 'as `disputes list` prints it')
      .action((id: string, options: SayOptions) => {
        const actor = actorOf(options, context);
        return withBilling({ ...options, write: true }, context, async ({ disputes }) => {
          await show([await disputes.move(actor, move, id, options.text)], options, context);
        });
      });
  }
  return command;
}

const said = (command: Command): Command =>
  command
    .requiredOption('--text <text>', 'what is said; it names nobody')
    .addOption(actorOption())
    .addOption(jsonOption())
    .addOption(configOption());

async function show(
  disputes: readonly Dispute[],
  { json }: { readonly json?: true },
  context: Context,
): Promise<void> {
  if (json) printJson({ disputes }, context);
  else context.stdout.write((await import('../../render/billing/tables.js')).disputesTable(disputes));
}

import { Command, InvalidArgumentError, Option } from 'commander';
import { creditStatuses, type CreditRow, type CreditStatus } from '../../core/billing/credit.js';
import type { Context } from '../context.js';
import { actorOf, actorOption, monthArgument, printJson, type ActorOptions } from '../ledger/with-ledger.js';
import { configOption, jsonOption, positiveInteger, type ConfigOptions } from '../options.js';
import { withBilling } from './with-billing.js';

interface ListOptions extends ConfigOptions {
  readonly month?: string;
  readonly customer?: string;
  readonly status?: CreditStatus;
  readonly json?: true;
}

interface ExportOptions extends ActorOptions {
  readonly since: number;
  readonly limit: number;
}

type MoveOptions = ActorOptions & {
  readonly note?: string;
  readonly reason?: string;
  readonly late?: true;
  readonly json?: true;
};

export function creditsCommand(context: Context): Command {
  const command = new Command('credits')
    .summary('what statements owe: list, export, claim, settle or reverse')
    .description(
      'A row for what each sealed statement owes. A later revision adds a row with the difference; what was sealed is ' +
        'never edited.',
    );
  command.addCommand(listCommand(context)).addCommand(exportCommand(context));
  command.addCommand(
    moveCommand('claim', 'note that the customer claimed it, where the plan wants a claim', context)
      .option('--note <text>', 'a word on it')
      .option('--late', 'it counts although the last day has passed; --note says why'),
  );
  command.addCommand(
    moveCommand('settle', 'note that it was paid', context).option('--note <text>', 'a word on it'),
  );
  command.addCommand(
    moveCommand(
      'reverse',
      'take it back; what was exported is taken back by a row of its own',
      context,
    ).requiredOption('--reason <text>', 'why'),
  );
  return command;
}

function listCommand(context: Context): Command {
  return new Command('list')
    .description('print every credit, with the last day of open claims')
    .addOption(new Option('--month <month>', 'of this month, as 2026-10').argParser(monthArgument))
    .option('--customer <id>', 'of this customer')
    .addOption(new Option('--status <status>', 'in this status').choices(creditStatuses))
    .addOption(jsonOption())
    .addOption(configOption())
    .action((options: ListOptions) =>
      withBilling(options, context, async ({ credits }) => {
        const { month, customer, status } = options;
        const query = { ...(month && { month }), ...(customer && { customer }), ...(status && { status }) };
        await show(await credits.list(query), options, context);
      }),
    );
}

function exportCommand(context: Context): Command {
  return new Command('export')
    .description(
      "print as JSON what became owed, or was taken back, after a cursor, and note that finance's system has it",
    )
    .addOption(
      new Option('--since <cursor>', 'the cursor of the answer before').argParser(wholeNumber).default(0),
    )
    .addOption(new Option('--limit <n>', 'at most so many').argParser(positiveInteger).default(1000))
    .addOption(actorOption())
    .addOption(configOption())
    .addHelpText(
      'after',
      '\nEvery row comes at least once, in a stable order, with an id that is never given twice. A row that comes again is\n' +
        'news of the same row.\n\nExample:\n  $ pop-sla credits export --since 120 --actor billing > credits.json',
    )
    .action((options: ExportOptions) => {
      const actor = actorOf(options, context);
      return withBilling({ ...options, write: true }, context, async ({ credits }) => {
        const { since, limit } = options;
        printJson(await credits.export(actor, { since, limit }), context);
      });
    });
}

function moveCommand(move: 'claim' | 'settle' | 'reverse', summary: string, context: Context): Command {
  return new Command(move)
    .description(summary)
    .argument('<id>', 'as `credits list` prints it')
    .addOption(actorOption())
    .addOption(jsonOption())
    .addOption(configOption())
    .action((id: string, options: MoveOptions) => {
      const actor = actorOf(options, context);
      return withBilling({ ...options, write: true }, context, async ({ credits }) => {
        const note = options.note ?? null;
        if (move === 'claim')
          await show([await credits.claim(actor, id, note, options.late ?? false)], options, context);
        else if (move === 'settle') await show(await credits.settle(actor, [id], note), options, context);
        else await show([await credits.reverse(actor, id, options.reason ?? '')], options, context);
      });
    });
}

async function show(
  rows: readonly CreditRow[],
  { json }: { readonly json?: true },
  context: Context,
): Promise<void> {
  if (json) printJson({ credits: rows }, context);
  else context.stdout.write((await import('../../render/billing/tables.js')).creditsTable(rows));
}

function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text))
    throw new InvalidArgumentError('allowed: a whole number, as the answer before says it');
  return Number(text);
}

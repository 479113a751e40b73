import { Command } from 'commander';
import { configOption, type ConfigOptions, type Context, jsonOption } from '../context.js';
import { withBilling } from '../with-billing.js';
import { actorOf, actorOption, type ActorOptions, monthArgument, printJson } from '../with-ledger.js';

/** Months whose postings are final: list, lock or unlock. */
export function periodsCommand(context: Context): Command {
  const command = new Command('periods')
    .summary('lock months whose postings are final, or unlock them')
    .description(
      'Nothing is posted into a locked month: a batch of credits without a posting date goes to the next open month, ' +
        'and one with a day of a locked month is refused. What a revision changes is posted in an open month.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ pop-sla periods lock 2026-10 --note "books closed" --actor fiona\n' +
        '  $ pop-sla periods unlock 2026-10 --reason "an invoice was missing" --actor georg',
    );
  command
    .command('list')
    .description('print the locked months')
    .addOption(jsonOption())
    .addOption(configOption())
    .action((options: ConfigOptions & { readonly json?: true }) =>
      withBilling(options, context, async ({ periods }) => {
        const locks = await periods.list();
        const { periodJson, periodsTable } = await import('../../render/batches.js');
        if (options.json) printJson({ periods: locks.map(periodJson) }, context);
        else context.stdout.write(periodsTable(locks));
      }),
    );
  command
    .command('lock')
    .description('lock a month that is over and whose batches are all confirmed or withdrawn')
    .argument('<month>', 'as 2026-10', monthArgument)
    .option('--note <text>', 'a comment')
    .addOption(actorOption())
    .addOption(configOption())
    .action((month: string, options: ActorOptions & { readonly note?: string }) => {
      const actor = actorOf(options, context);
      return withBilling({ ...options, write: true }, context, async ({ periods }) => {
        const { by } = await periods.lock(actor, month, options.note ?? null);
        context.stdout.write(`${month} is locked by ${by}\n`);
      });
    });
  command
    .command('unlock')
    .description('open it again; only another person than the one who locked it')
    .argument('<month>', 'as 2026-10', monthArgument)
    .requiredOption('--reason <text>', 'why')
    .addOption(actorOption())
    .addOption(configOption())
    .action((month: string, options: ActorOptions & { readonly reason: string }) => {
      const actor = actorOf(options, context);
      return withBilling({ ...options, write: true }, context, async ({ periods }) => {
        await periods.unlock(actor, month, options.reason);
        context.stdout.write(`${month} is open\n`);
      });
    });
  return command;
}

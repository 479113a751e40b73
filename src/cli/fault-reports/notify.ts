import { Command } from 'commander';
import { toldEvents } from '../../core/fault/told.js';
import type { Context } from '../context.js';
import { configOption, jsonOption, type ConfigOptions } from '../options.js';
import {
  actorOf,
  actorOption,
  again,
  printJson,
  withLedger,
  type ActorOptions,
} from '../ledger/with-ledger.js';
import { oneOfWords } from './show.js';

interface AddOptions extends ActorOptions {
  readonly customer?: string;
  readonly event: string[];
  readonly language?: string;
  readonly json?: true;
}

type ShowOptions = ConfigOptions & { readonly json?: true };

const kinds = ['webhook', 'mail'] as const;

export function notifyCommand(context: Context): Command {
  return new Command('notify')
    .summary('say who is told of what, by webhooks and by mail')
    .description(
      'Who is told of what. A customer is told of its own reports, a reseller of those of its customers, and a target ' +
        'without a customer of all. Webhooks are signed: the secret is printed once, when the target is added.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n' +
        "  $ pop-sla notify add mail noc@bank.example --customer bank --event '*' --language zh-CN --actor ann\n" +
        '  $ pop-sla notify add webhook https://bank.example/hook --customer bank --event report-state --actor ann',
    )
    .addCommand(
      new Command('list')
        .description('print the targets')
        .addOption(jsonOption())
        .addOption(configOption())
        .action((options: ShowOptions) =>
          withLedger(options, context, async ({ faults: { targets } }) => {
            const found = await targets.list();
            if (options.json) {
              const { targetJson } = await import('../../render/notify/json.js');
              printJson({ targets: found.map(targetJson) }, context);
              return;
            }
            const { targetsTable } = await import('../../render/notify/tables.js');
            context.stdout.write(targetsTable(found));
          }),
        ),
    )
    .addCommand(
      new Command('add')
        .description('let somebody be told')
        .argument('<kind>', kinds.join(', '), oneOfWords(kinds))
        .argument('<address>', 'an URL, or a mail address')
        .option('--customer <id>', "whose it is (default: the operator's own)")
        .requiredOption('--event <event>', `* for all, or of ${toldEvents.join(', ')}; may come again`, again)
        .option('--language <language>', "en, zh-CN or zh-TW (default: the customer's own)")
        .addOption(actorOption())
        .addOption(jsonOption())
        .addOption(configOption())
        .action((kind: (typeof kinds)[number], address: string, options: AddOptions) => {
          const actor = actorOf(options, context);
          return withLedger({ ...options, write: true }, context, async ({ faults: { targets } }) => {
            const { customer = null, event: events, language = null } = options;
            const request = { customer, kind, address, events, language, secret: null, query: null };
            const added = await targets.add(actor, request);
            if (options.json) {
              const { targetJson } = await import('../../render/notify/json.js');
              printJson({ ...targetJson(added), secret: added.secret }, context);
              return;
            }
            context.stdout.write(`${added.id} is added\n`);
            if (added.secret !== null) context.stdout.write(`secret: ${added.secret}\n`);
          });
        }),
    )
    .addCommand(
      new Command('remove')
        .description('take a target back, and erase its address')
        .argument('<id>', 'as `notify list` prints it')
        .addOption(configOption())
        .action((id: string, options: ConfigOptions) =>
          withLedger({ ...options, write: true }, context, async ({ faults: { targets } }) => {
            await targets.remove(id);
            context.stdout.write(`${id} is erased\n`);
          }),
        ),
    );
}

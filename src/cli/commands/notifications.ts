import { Command, InvalidArgumentError } from 'commander';
import { billingEvents } from '../../core/billing/notices.js';
import { networkEventNames } from '../../core/network-event.js';
import { type OutboxState, outboxStates, notifiableEvents } from '../../core/ticket/visibility.js';
import { addedKinds } from '../../core/target-kinds.js';
import {
  configOption,
  type ConfigOptions,
  type Context,
  exitCodes,
  ExitError,
  jsonOption,
  positiveInteger,
} from '../context.js';
import { actorOf, actorOption, type ActorOptions, again, printJson, withLedger } from '../with-ledger.js';
import { oneOfWords } from './tickets.js';

interface AddOptions extends ActorOptions {
  readonly customer?: string;
  readonly event: string[];
  readonly language?: string;
  readonly secret?: string;
  readonly json?: true;
}

type ShowOptions = ConfigOptions & { readonly json?: true };

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
        '  $ pop-sla notify add webhook https://bank.example/hook --customer bank --event report-state --actor ann\n' +
        '  $ pop-sla notify add slack https://hooks.slack.com/services/… --event outage.opened --event outage.closed --actor ann',
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
              const { targetJson } = await import('../../render/notifications.js');
              printJson({ targets: found.map(targetJson) }, context);
              return;
            }
            const { targetsTable } = await import('../../render/notifications.js');
            context.stdout.write(targetsTable(found));
          }),
        ),
    )
    .addCommand(
      new Command('add')
        .description('let somebody be told')
        .argument('<kind>', addedKinds.join(', '), oneOfWords(addedKinds))
        .argument('<address>', 'an URL, or a mail address')
        .option('--customer <id>', "whose it is (default: the operator's own)")
        .requiredOption(
          '--event <event>',
          `* for all, or of ${[...notifiableEvents, ...billingEvents, ...networkEventNames].join(', ')}; may come again`,
          again,
        )
        .option('--secret <text>', 'the key that the service gave (pagerduty, opsgenie, dingtalk)')
        .option(
          '--language <language>',
          "en, zh-CN or zh-TW (default: the customer's own, else notifications.language)",
        )
        .addOption(actorOption())
        .addOption(jsonOption())
        .addOption(configOption())
        .action((kind: (typeof addedKinds)[number], address: string, options: AddOptions) => {
          const actor = actorOf(options, context);
          return withLedger({ ...options, write: true }, context, async ({ faults: { targets } }) => {
            const { customer = null, event: events, language = null, secret = null } = options;
            const request = { customer, kind, address, events, language, secret, query: null };
            const added = await targets.add(actor, request);
            if (options.json) {
              const { targetJson } = await import('../../render/notifications.js');
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

interface ListOptions extends ConfigOptions {
  readonly state?: OutboxState;
  readonly limit: number;
  readonly json?: true;
}

type ActionOptions = ConfigOptions & { readonly json?: true };

export function outboxCommand(context: Context): Command {
  const command = new Command('outbox')
    .summary('show the messages to customers and systems, and whether they arrived')
    .description(
      'Messages wait here until they are delivered, at least once each. One that failed too often is dead: it can be ' +
        'sent again, or dropped. What was sent or dropped is kept for 30 days.',
    )
    .addHelpText('after', '\nExamples:\n  $ pop-sla outbox list --state dead\n  $ pop-sla outbox retry 12')
    .addCommand(
      new Command('list')
        .description('print the messages, newest first')
        .option('--state <state>', outboxStates.join(', '), oneOfWords(outboxStates))
        .option('--limit <number>', 'how many at most', positiveInteger, 50)
        .addOption(jsonOption())
        .addOption(configOption())
        .action((options: ListOptions) => list(options, context)),
    );
  for (const action of ['retry', 'drop'] as const)
    command.addCommand(
      new Command(action)
        .description(action === 'retry' ? 'let a message go again, at once' : 'give a message up')
        .argument('<number>', 'as `outbox list` prints it', messageNumber)
        .addOption(jsonOption())
        .addOption(configOption())
        .action((number: number, options: ActionOptions) => act(action, number, options, context)),
    );
  return command;
}

function messageNumber(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('allowed: the number of a message');
}

async function list(options: ListOptions, context: Context): Promise<void> {
  await withLedger(options, context, async ({ faults: { outbox } }) => {
    const { state, limit } = options;
    const found = await outbox.list({ limit, ...(state !== undefined && { states: [state] }) });
    if (options.json) {
      const { messageJson } = await import('../../render/notifications.js');
      printJson({ messages: found.map(messageJson), depth: await outbox.depth() }, context);
      return;
    }
    const { outboxTable } = await import('../../render/notifications.js');
    context.stdout.write(outboxTable(found));
  });
}

async function act(
  action: 'retry' | 'drop',
  number: number,
  options: ActionOptions,
  context: Context,
): Promise<void> {
  await withLedger({ ...options, write: true }, context, async ({ faults: { outbox } }) => {
    const done = await outbox[action](number, context.now());
    const found = await outbox.get(number);
    if (!found || !done) {
      const what = found ? `is ${found.state}` : 'is no message';
      const allowed = action === 'retry' ? 'one that was not sent' : 'one that waits or is dead';
      throw new ExitError(exitCodes.badInput, `pop-sla: ${number} ${what}; allowed: ${allowed}`);
    }
    if (options.json) {
      const { messageJson } = await import('../../render/notifications.js');
      printJson(messageJson(found), context);
    } else context.stdout.write(`${number} is ${found.state}\n`);
  });
}

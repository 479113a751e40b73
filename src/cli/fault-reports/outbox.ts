import { Command, InvalidArgumentError } from 'commander';
import { outboxStates, type OutboxState } from '../../core/fault/told.js';
import type { Context } from '../context.js';
import { ExitWith, exitCodes } from '../exit.js';
import { configOption, jsonOption, positiveInteger, type ConfigOptions } from '../options.js';
import { printJson, withLedger } from '../ledger/with-ledger.js';
import { oneOfWords } from './show.js';

interface ListOptions extends ConfigOptions {
  readonly state?: OutboxState;
  readonly limit: number;
  readonly json?: true;
}

type DeedOptions = ConfigOptions & { readonly json?: true };

export function outboxCommand(context: Context): Command {
  const command = new Command('outbox')
    .summary('show the messages to customers and systems, and what became of them')
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
  for (const deed of ['retry', 'drop'] as const)
    command.addCommand(
      new Command(deed)
        .description(deed === 'retry' ? 'let a message go again, at once' : 'give a message up')
        .argument('<number>', 'as `outbox list` prints it', messageNumber)
        .addOption(jsonOption())
        .addOption(configOption())
        .action((number: number, options: DeedOptions) => act(deed, number, options, context)),
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
      const { messageJson } = await import('../../render/notify/json.js');
      printJson({ messages: found.map(messageJson), depth: await outbox.depth() }, context);
      return;
    }
    const { outboxTable } = await import('../../render/notify/tables.js');
    context.stdout.write(outboxTable(found));
  });
}

async function act(
  deed: 'retry' | 'drop',
  number: number,
  options: DeedOptions,
  context: Context,
): Promise<void> {
  await withLedger({ ...options, write: true }, context, async ({ faults: { outbox } }) => {
    const done = await outbox[deed](number, context.now());
    const found = await outbox.get(number);
    if (!found || !done) {
      const what = found ? `is ${found.state}` : 'is no message';
      const allowed = deed === 'retry' ? 'one that was not sent' : 'one that waits or is dead';
      throw new ExitWith(exitCodes.badInput, `pop-sla: ${number} ${what}; allowed: ${allowed}`);
    }
    if (options.json) {
      const { messageJson } = await import('../../render/notify/json.js');
      printJson(messageJson(found), context);
    } else context.stdout.write(`${number} is ${found.state}\n`);
  });
}

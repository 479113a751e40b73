import { Command, InvalidArgumentError } from 'commander';
import { readConfig } from '../config-file.js';
import type { Context } from '../context.js';
import { ExitWith, exitCodes } from '../exit.js';
import { printJson } from '../ledger/with-ledger.js';
import { configOption, jsonOption, positiveInteger, type ConfigOptions } from '../options.js';

interface ListOptions extends ConfigOptions {
  readonly limit: number;
  readonly json?: true;
}

export function deadCommand(context: Context): Command {
  const command = new Command('dead')
    .summary('show the messages of agents that no hub could take')
    .description(
      'A message that is damaged, of a format that is not known, not valid, or of another PoP than its sender lies here ' +
        'with its reason and holds up nobody. After an upgrade of the hub it can come again; or it is dropped.',
    )
    .addHelpText('after', '\nExamples:\n  $ pop-sla mesh dead list\n  $ pop-sla mesh dead requeue 12')
    .addCommand(
      new Command('list')
        .description('print them, newest first')
        .option('--limit <number>', 'how many at most', positiveInteger, 50)
        .addOption(jsonOption())
        .addOption(configOption())
        .action((options: ListOptions) => list(options, context)),
    );
  for (const deed of ['requeue', 'drop'] as const)
    command.addCommand(
      new Command(deed)
        .description(
          deed === 'requeue' ? 'let a message come to the hubs again' : 'delete a message for good',
        )
        .argument('<number>', 'as `mesh dead list` prints it', letterNumber)
        .addOption(configOption())
        .action((number: number, options: ConfigOptions) => act(deed, number, options, context)),
    );
  return command;
}

function letterNumber(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('allowed: the number of a dead letter');
}

async function list(options: ListOptions, context: Context): Promise<void> {
  const config = await readConfig(options, context);
  const { withDeadLetters } = await context.app();
  const letters = await withDeadLetters(config, (office) => office.list(options.limit));
  const { deadJson, deadTable } = await import('../../render/mesh/dead.js');
  if (options.json) printJson({ letters: letters.map(deadJson) }, context);
  else context.stdout.write(deadTable(letters));
}

async function act(
  deed: 'requeue' | 'drop',
  number: number,
  options: ConfigOptions,
  context: Context,
): Promise<void> {
  const config = await readConfig(options, context);
  const { withDeadLetters } = await context.app();
  const done = await withDeadLetters(config, (office) => office[deed](number));
  if (!done)
    throw new ExitWith(exitCodes.badInput, `there is no dead letter ${number}; see pop-sla mesh dead list`);
  context.stdout.write(
    `dead letter ${number}: ${deed === 'requeue' ? 'sent to the hubs again' : 'dropped'}\n`,
  );
}

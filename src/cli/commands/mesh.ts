import { Command, InvalidArgumentError } from 'commander';
import {
  configOption,
  type ConfigOptions,
  type Context,
  exitCodes,
  ExitError,
  jsonOption,
  positiveInteger,
  readConfig,
} from '../context.js';
import { printJson } from '../with-ledger.js';
import { initCommand, joinCommand, renewCommand, targetsCommand } from './mesh-setup.js';

interface StatusOptions extends ConfigOptions {
  readonly json?: true;
}

export function meshCommand(context: Context): Command {
  return new Command('mesh')
    .summary('set up a mesh; its agents, and what no hub could take')
    .description('Sets up a mesh of agents and a hub, and shows how it is.')
    .addHelpText(
      'after',
      '\nExamples:\n  $ pop-sla mesh init --hub nats.example.net --agents SIN=192.0.2.11,FRA=192.0.2.12\n' +
        '  $ pop-sla mesh status',
    )
    .addCommand(initCommand(context))
    .addCommand(joinCommand(context))
    .addCommand(renewCommand(context))
    .addCommand(
      new Command('status')
        .summary('show every agent')
        .description(
          'Prints every agent: its version, the revision of the configuration it runs on, what waits to reach the ' +
            'hub, how far its clock is off, and when it was last seen. It asks the NATS servers, by the hub’s ' +
            'configuration; the hub need not run.',
        )
        .addOption(jsonOption())
        .addOption(configOption())
        .addHelpText('after', '\nExamples:\n  $ pop-sla mesh status\n  $ pop-sla mesh status --json')
        .action((options: StatusOptions) => status(options, context)),
    )
    .addCommand(targetsCommand(context))
    .addCommand(deadCommand(context));
}

async function status(options: StatusOptions, context: Context): Promise<void> {
  const config = await readConfig(options, context);
  const { askMesh } = await context.app();
  const now = context.now();
  const shown = await askMesh(config, now);
  const { agentsJson, agentsTable } = await import('../../render/mesh.js');
  const text = options.json ? `${JSON.stringify(agentsJson(shown), null, 2)}\n` : agentsTable(shown, now);
  context.stdout.write(text);
}

interface ListOptions extends ConfigOptions {
  readonly limit: number;
  readonly json?: true;
}

function deadCommand(context: Context): Command {
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
  const { deadJson, deadTable } = await import('../../render/mesh.js');
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
    throw new ExitError(exitCodes.badInput, `there is no dead letter ${number}; see pop-sla mesh dead list`);
  context.stdout.write(
    `dead letter ${number}: ${deed === 'requeue' ? 'sent to the hubs again' : 'dropped'}\n`,
  );
}

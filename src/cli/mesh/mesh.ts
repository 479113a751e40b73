import { Command } from 'commander';
import { readConfig } from '../config-file.js';
import type { Context } from '../context.js';
import { configOption, jsonOption, type ConfigOptions } from '../options.js';
import { deadCommand } from './dead.js';

interface StatusOptions extends ConfigOptions {
  readonly json?: true;
}

export function meshCommand(context: Context): Command {
  return new Command('mesh')
    .summary('the agents of the mesh, and what no hub could take')
    .description('What a hub can say of its agents.')
    .addHelpText('after', '\nExample:\n  $ pop-sla mesh status')
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
    .addCommand(deadCommand(context));
}

async function status(options: StatusOptions, context: Context): Promise<void> {
  const config = await readConfig(options, context);
  const { askMesh } = await context.app();
  const now = context.now();
  const shown = await askMesh(config, now);
  const { agentsJson, agentsTable } = await import('../../render/mesh/agents.js');
  const text = options.json ? `${JSON.stringify(agentsJson(shown), null, 2)}\n` : agentsTable(shown, now);
  context.stdout.write(text);
}

import { Command } from 'commander';
import { configOption, type ConfigOptions, type Context, jsonOption, readConfig } from '../context.js';

interface PopsOptions extends ConfigOptions {
  readonly json?: true;
}

export function popsCommand(context: Context): Command {
  return new Command('pops')
    .summary('show the configured PoPs')
    .description('Prints the PoPs of the configuration, and which of them this agent stands in.')
    .addOption(jsonOption())
    .addOption(configOption())
    .addHelpText('after', '\nExamples:\n  $ pop-sla pops\n  $ pop-sla pops --json')
    .action((options: PopsOptions) => pops(options, context));
}

async function pops(options: PopsOptions, context: Context): Promise<void> {
  const config = await readConfig(options, context);
  const { popJson, popsTable } = await import('../../render/inventory.js');
  const text =
    options.json === true
      ? `${JSON.stringify({ pops: config.pops.map((pop) => popJson(pop, config.agent)) }, null, 2)}\n`
      : popsTable(config.pops, config.agent);
  context.stdout.write(text);
}

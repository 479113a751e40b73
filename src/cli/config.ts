import { Command } from 'commander';
import type { Config } from '../config/config.js';
import { readConfig } from './config-file.js';
import type { Context } from './context.js';
import { configOption, type ConfigOptions } from './options.js';

export function configCommand(context: Context): Command {
  return new Command('config')
    .summary('check or show the configuration')
    .description('Checks the configuration, or shows it as the daemon understands it.')
    .addCommand(
      new Command('check')
        .summary('say everything that is wrong with it')
        .description('Reads the configuration and says everything that is wrong with it, one line each.')
        .addOption(configOption())
        .addHelpText('after', '\nExamples:\n  $ pop-sla config check --config /etc/pop-sla.yaml')
        .action((options: ConfigOptions) => check(options, context)),
    )
    .addCommand(
      new Command('show')
        .summary('print it with all defaults filled in')
        .description('Prints the configuration with all defaults filled in; secrets are hidden.')
        .addOption(configOption())
        .addHelpText('after', '\nExamples:\n  $ pop-sla config show')
        .action((options: ConfigOptions) => show(options, context)),
    )
    .addHelpText('after', '\nExamples:\n  $ pop-sla config check\n  $ pop-sla config show');
}

async function check(options: ConfigOptions, context: Context): Promise<void> {
  const config = await readConfig(options, context);
  await checkEntered(config, context);
  const { file, pops, paths } = config;
  const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
  context.stdout.write(`${file}: in order, ${count(pops.length, 'PoP')}, ${count(paths.length, 'path')}\n`);
  const { watchNotes } = await import('../config/watch-notes.js');
  for (const note of watchNotes(config)) context.stdout.write(`note: ${note}\n`);
}

async function show(options: ConfigOptions, context: Context): Promise<void> {
  const config = await readConfig(options, context);
  const { showConfig } = await import('../config/show.js');
  context.stdout.write(showConfig(config));
}

/** What was entered of the book has to go with the file; without a database that can be read nothing was. */
async function checkEntered(config: Config, context: Context): Promise<void> {
  const { openLedger } = await context.app();
  try {
    const ledger = await openLedger({ config, now: context.now, write: false });
    try {
      await ledger.registry.read();
    } finally {
      await ledger.close();
    }
  } catch (error) {
    if (!(error instanceof Error && error.name === 'StoreFault')) throw error;
  }
}

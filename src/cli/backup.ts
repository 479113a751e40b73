import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { readConfig } from './config-file.js';
import type { Context } from './context.js';
import { ExitWith, exitCodes } from './exit.js';
import { configOption, type ConfigOptions } from './options.js';

export function backupCommand(context: Context): Command {
  return new Command('backup')
    .summary('copy the database to a new file, while it is in use')
    .description(
      'Copies the database to a new file while the daemon goes on, and checks the copy whole before it gets its ' +
        'name. To restore: stop the daemon and put the copy in the place of the database.',
    )
    .argument('<file>', 'a file that does not exist yet')
    .addOption(configOption())
    .addHelpText('after', '\nExamples:\n  $ pop-sla backup /var/backups/pop-sla-$(date +%F).db')
    .action((file: string, options: ConfigOptions) => backup(file, options, context));
}

export async function backup(file: string, options: ConfigOptions, context: Context): Promise<void> {
  const target = resolve(context.cwd, file);
  if (existsSync(target)) {
    throw new ExitWith(exitCodes.badInput, `pop-sla: ${file} is there already; allowed: a new file`);
  }
  const config = await readConfig(options, context);
  const { readStore } = await context.app();
  const store = await readStore(config);
  try {
    const { bytes } = await store.upkeep.backup(target);
    context.stdout.write(`${file}: ${bytes} bytes, complete and checked\n`);
  } finally {
    await store.close();
  }
}

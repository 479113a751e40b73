import { Command } from 'commander';
import type { Config, PathConfig } from '../../config/config.js';
import {
  configOption,
  type ConfigOptions,
  type Context,
  exitCodes,
  ExitError,
  readConfig,
} from '../context.js';

/**
 * The configured paths that words on the command line name: a path, or the PoP at its end. Nothing named: all.
 * Without quotes a shell takes `HKG>SIN` for a redirection and gives us `HKG`; the fault says so.
 */
export function namedPaths(names: readonly string[], { paths, agent }: Config): readonly PathConfig[] {
  if (names.length === 0) return paths;
  const unknown = names.filter((name) => !paths.some((path) => isNamed(path, name)));
  if (unknown.length > 0) {
    const known = paths.map((path) => `'${path.id}'`).join(', ') || 'none: there are no paths';
    const quotes = unknown.includes(agent) ? ` (a path needs quotes: '${agent}>…')` : '';
    throw new ExitError(
      exitCodes.badInput,
      unknown.map((name) => `pop-sla: no path '${name}'${quotes}; allowed: ${known}`).join('\n'),
    );
  }
  return paths.filter((path) => names.some((name) => isNamed(path, name)));
}

const isNamed = (path: PathConfig, name: string): boolean => path.id === name || path.destination === name;

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
  const { watchNotes } = await import('../../config/config.js');
  for (const note of watchNotes(config)) context.stdout.write(`note: ${note}\n`);
}

async function show(options: ConfigOptions, context: Context): Promise<void> {
  const config = await readConfig(options, context);
  const { showConfig } = await import('../../config/show.js');
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
    if (!(error instanceof Error && error.name === 'StoreError')) throw error;
  }
}

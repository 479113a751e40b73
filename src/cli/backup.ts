import { existsSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { Command } from 'commander';
import { readConfig } from './config-file.js';
import type { Context } from './context.js';
import { ExitWith, exitCodes } from './exit.js';
import { configOption, type ConfigOptions } from './options.js';

export function backupCommand(context: Context): Command {
  return new Command('backup')
    .summary('put everything that a restore needs into one file, while the daemon works')
    .description(
      'Writes one archive with the database, the configuration, the customers, the signing keys and the mesh that an ' +
        'agent keeps, while the daemon goes on, and checks it whole before it gets its name. It holds private keys: ' +
        'keep it like one. A file that ends in .db gets the database alone. A database in PostgreSQL is not in it: use ' +
        'pg_dump.',
    )
    .argument('<file>', 'a file that does not exist yet')
    .addOption(configOption())
    .addHelpText(
      'after',
      '\nExamples:\n  $ pop-sla backup /var/backups/pop-sla-$(date +%F).tar\n  $ pop-sla backup copy.db',
    )
    .action((file: string, options: ConfigOptions) => backup(file, options, context));
}

export function restoreCommand(context: Context): Command {
  return new Command('restore')
    .summary('put a backup on this machine')
    .description(
      'Checks a backup whole and writes its files to where they were. Nothing is overwritten: where something is in the ' +
        'way, nothing is restored. Stop the daemon first; as root, give the files to the user that runs it.',
    )
    .argument('<file>', 'what `pop-sla backup` has made')
    .option('--root <folder>', 'put everything below this folder, to look at it', '/')
    .addHelpText(
      'after',
      '\nExamples:\n  $ pop-sla restore pop-sla-2026-11-26.tar\n  $ pop-sla restore pop-sla-2026-11-26.tar --root /tmp/look',
    )
    .action((file: string, options: { readonly root: string }) => restore(file, options, context));
}

export async function backup(file: string, options: ConfigOptions, context: Context): Promise<void> {
  const target = resolve(context.cwd, file);
  if (existsSync(target)) {
    throw new ExitWith(exitCodes.badInput, `pop-sla: ${file} is there already; allowed: a new file`);
  }
  const config = await readConfig(options, context);
  const app = await context.app();
  const isDatabaseOnly = extname(file) === '.db';
  const store = config.store.postgres === null || isDatabaseOnly ? await app.readStore(config) : null;
  try {
    if (isDatabaseOnly && store !== null) {
      const { bytes } = await store.upkeep.backup(target);
      context.stdout.write(`${file}: ${bytes} bytes, complete and checked\n`);
      return;
    }
    const { version, now } = context;
    const { bytes, manifest } = await app.makeBackup({ config, store, target, version, now: now() });
    for (const { role, path } of manifest.files) context.stdout.write(`${role.padEnd(18)}  ${path}\n`);
    context.stdout.write(`${file}: ${bytes} bytes, complete and checked\n`);
    if (config.store.postgres !== null)
      context.stdout.write('the database is in PostgreSQL and not in it: back it up by pg_dump\n');
  } finally {
    await store?.close();
  }
}

async function restore(file: string, { root }: { readonly root: string }, context: Context): Promise<void> {
  const app = await context.app();
  const manifest = await app.restoreBackup({
    archive: resolve(context.cwd, file),
    root: resolve(context.cwd, root),
  });
  for (const { role, path } of manifest.files) context.stdout.write(`${role.padEnd(18)}  ${path}\n`);
  context.stdout.write(`${file}, of ${manifest.at} by pop-sla ${manifest.version}: restored\n`);
}

import { Command } from 'commander';
import { existsSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { isUrl, parsePostgresUrl, postgresUrlAllowed } from '../../core/address/postgres.js';
import {
  configOption,
  type ConfigOptions,
  type Context,
  exitCodes,
  ExitError,
  readConfig,
} from '../context.js';
import { countBar } from '../progress.js';

interface CopyOptions {
  readonly from: string;
  readonly to: string;
}

export function storeCommand(context: Context): Command {
  return new Command('store')
    .summary('move what is kept to another database, or check it')
    .description('What concerns the database as a whole.')
    .addCommand(
      new Command('copy')
        .summary('copy everything from SQLite to PostgreSQL, or back')
        .description(
          'Copies everything that is kept into an empty database of the other kind, reads the copy again, and keeps it ' +
            'only when every table has the same rows: all of it, or nothing. What is written to the source meanwhile is ' +
            'not in the copy: stop its daemon first. A password stands in the URL, or better in a file: PGPASSFILE.',
        )
        .requiredOption('--from <store>', 'a file of SQLite, or a URL of PostgreSQL')
        .requiredOption('--to <store>', 'the same, of the other kind: a new file, or an empty database')
        .addHelpText(
          'after',
          '\nExamples:\n  $ pop-sla store copy --from data/pop-sla.db --to postgres://pop-sla@db.example.net/sla\n' +
            '  $ pop-sla store copy --from postgres://pop-sla@db.example.net/sla --to sla-back.db',
        )
        .action((options: CopyOptions) => copy(options, context)),
    )
    .addCommand(
      new Command('check')
        .summary('add up every stored round again and compare with the stored sums')
        .description(
          'Months are read from sums that are stored with the rounds. This adds up every round again and says where a ' +
            'sum differs; it may run beside the daemon, which checks some paths an hour by itself. Exit status 1: ' +
            'something differs, and was not repaired.',
        )
        .addOption(configOption())
        .option('--repair', 'make sums that differ anew from the rounds')
        .addHelpText('after', '\nExamples:\n  $ pop-sla store check\n  $ pop-sla store check --repair')
        .action((options: CheckOptions) => check(options, context)),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ pop-sla store copy --from data/pop-sla.db --to postgres://pop-sla@db.example.net/sla\n' +
        '  $ pop-sla store check',
    );
}

interface CheckOptions extends ConfigOptions {
  readonly repair?: true;
}

async function check({ repair, ...options }: CheckOptions, context: Context): Promise<void> {
  const config = await readConfig(options, context);
  const [{ checkStore }, { isoInstant }] = await Promise.all([
    context.app(),
    import('../../render/figures.js'),
  ]);
  const bar = await countBar(context.stderr);
  const given = new AbortController();
  const silence = abortOnSignals(context, given, 'what was checked until then was repaired, if asked for');
  try {
    const { paths, wrong } = await checkStore(config, {
      repair: repair === true,
      signal: given.signal,
      onProgress: (done, of) => {
        bar.update('checking', done, of);
      },
    });
    bar.stop();
    for (const { path, since } of wrong)
      context.stdout.write(`${path} ${isoInstant(since)}: the stored sums are not those of the rounds\n`);
    if (wrong.length === 0) context.stdout.write(`${paths} paths: the stored sums are those of the rounds\n`);
    else if (repair === true) context.stdout.write(`${paths} paths: ${wrong.length} times repaired\n`);
    else
      throw new ExitError(
        exitCodes.fault,
        `pop-sla: the sums of ${wrong.length} times differ; \`pop-sla store check --repair\` makes them anew`,
      );
  } finally {
    bar.stop();
    silence();
  }
}

/** Aborts at a signal; the function that it returns stops listening. */
function abortOnSignals(context: Context, given: AbortController, result: string): () => void {
  const stops = (['SIGINT', 'SIGTERM'] as const).map((signal) =>
    context.onSignal(signal, () => {
      given.abort(new ExitError(exitCodes.fault, `pop-sla: given up at ${signal}; ${result}`));
    }),
  );
  return () => {
    for (const stop of stops) stop();
  };
}

async function copy({ from, to }: CopyOptions, context: Context): Promise<void> {
  for (const [option, place] of [
    ['--from', from],
    ['--to', to],
  ] as const) {
    const address = isUrl(place) ? parsePostgresUrl(place) : null;
    if (address && 'wrong' in address) throw refused(`${option} ${address.wrong}`, postgresUrlAllowed);
    if (place === '') throw refused(`${option} is empty`, 'a file, or a URL of PostgreSQL');
  }
  if (isUrl(from) === isUrl(to)) {
    const what = `both are ${isUrl(to) ? 'PostgreSQL' : 'files of SQLite'}`;
    const copier = isUrl(to) ? 'pg_dump' : 'pop-sla backup';
    throw refused(what, `one of each kind (${copier} copies within its own)`);
  }
  const { copyStore } = await context.app();
  const bar = await countBar(context.stderr);
  const given = new AbortController();
  const silence = abortOnSignals(context, given, 'nothing of the copy was kept');
  try {
    const done = await copyStore({
      from: isUrl(from) ? from : resolve(context.cwd, from),
      to: isUrl(to) ? to : resolve(context.cwd, to),
      signal: given.signal,
      onProgress: ({ phase, rows, of }) => {
        bar.update(phase === 'copy' ? 'copying' : 'verifying', rows, of);
      },
    });
    bar.stop();
    const width = Math.max(...done.tables.map(({ table }) => table.length));
    for (const { table, rows, digest } of done.tables)
      context.stdout.write(`${table.padEnd(width)}  ${String(rows).padStart(10)}  ${digest.slice(0, 16)}\n`);
    context.stdout.write(`${done.to}: everything of ${done.from}, complete and verified\n`);
  } finally {
    bar.stop();
    silence();
  }
}

const refused = (what: string, allowed: string): ExitError =>
  new ExitError(exitCodes.badInput, `pop-sla: ${what}; allowed: ${allowed}`);

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

async function backup(file: string, options: ConfigOptions, context: Context): Promise<void> {
  const target = resolve(context.cwd, file);
  if (existsSync(target)) {
    throw new ExitError(exitCodes.badInput, `pop-sla: ${file} is there already; allowed: a new file`);
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

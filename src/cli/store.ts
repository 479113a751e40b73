import { resolve } from 'node:path';
import { Command } from 'commander';
import { isUrl, parsePostgresUrl, postgresUrlAllowed } from '../core/address/postgres.js';
import type { Context } from './context.js';
import { ExitWith, exitCodes } from './exit.js';
import { countBar } from './progress.js';

interface CopyOptions {
  readonly from: string;
  readonly to: string;
}

export function storeCommand(context: Context): Command {
  return new Command('store')
    .summary('move everything that is kept to another database')
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
    .addHelpText(
      'after',
      '\nExamples:\n  $ pop-sla store copy --from data/pop-sla.db --to postgres://pop-sla@db.example.net/sla',
    );
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
    const own = isUrl(to) ? 'pg_dump' : 'pop-sla backup';
    throw refused(what, `one of each kind (${own} copies within its own)`);
  }
  const { copyStore } = await context.app();
  const bar = await countBar(context.stderr);
  const given = new AbortController();
  const silence = (['SIGINT', 'SIGTERM'] as const).map((signal) =>
    context.onSignal(signal, () => {
      given.abort(
        new ExitWith(exitCodes.fault, `pop-sla: given up at ${signal}; nothing of the copy was kept`),
      );
    }),
  );
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
    for (const stop of silence) stop();
  }
}

const refused = (what: string, allowed: string): ExitWith =>
  new ExitWith(exitCodes.badInput, `pop-sla: ${what}; allowed: ${allowed}`);

import { Command, Option } from 'commander';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { exclusionKinds } from '../../core/exclusion.js';
import {
  type Format,
  formats,
  type ImportOptions,
  readImport,
  syncCommand,
  tellImport,
} from '../exclusion-sync.js';
import { type CsvOptions, dialectOf, withCsvOptions } from '../csv-options.js';
import type { LedgerExclusion } from '../../core/ledger/exclusions.js';
import type { Decision } from '../../core/ledger/proposals.js';
import {
  configOption,
  type ConfigOptions,
  type Context,
  exitCodes,
  ExitError,
  jsonOption,
} from '../context.js';
import {
  actorOf,
  actorOption,
  type ActorOptions,
  again,
  attachOption,
  printJson,
  withLedger,
} from '../with-ledger.js';

const formatOption = (): Option => new Option('--format <format>', 'what the file is').choices(formats);

function importCommand(context: Context): Command {
  return new Command('import')
    .summary('propose what a file has: CSV, or a maintenance calendar (iCalendar)')
    .description(
      'Proposes every exclusion of a file, or none where one of them is refused. What is proposed or approved ' +
        'already, by the same source and time, is left out.\n\n' +
        'Columns of a CSV: kind, scope, from, to, notices, reason, proof, source; lists are parted by |. Commas, ' +
        'semicolons or tabs are between cells; the text is UTF-8, or UTF-16 with its mark.\n' +
        'Of an iCalendar event SUMMARY is the reason, UID the source and CREATED (else DTSTAMP) the notice; ' +
        'X-POP-SLA-KIND, -SCOPE, -NOTICES and -PROOF say the rest, else the options here. A recurring event is all of its ' +
        'windows (without an end: of this year and the next). A proposal whose event was called off or changed is ' +
        'rejected, and proposed anew as it is now; an approved one is named with what it costs, and the command fails.',
    )
    .argument('<file>', 'the file')
    .addOption(formatOption())
    .option('--kind <kind>', 'of calendar events that do not say', 'planned-maintenance')
    .option('--scope <scope>', 'of calendar events that do not say; may come again', again)
    .option('--notice <time>', 'of calendar events that do not say; may come again', again)
    .option('--zone <zone>', 'of floating times and whole days in a calendar, as Asia/Hong_Kong')
    .addOption(actorOption())
    .addOption(jsonOption())
    .addOption(configOption())
    .addHelpText(
      'after',
      '\nExample:\n  $ pop-sla exclusions import maintenance.ics --scope pop:SIN --actor ann',
    )
    .action((file: string, options: ImportOptions) => importFile(file, options, context));
}

async function importFile(file: string, options: ImportOptions, context: Context): Promise<void> {
  const actor = actorOf(options, context);
  const bytes = await readFile(resolve(context.cwd, file)).catch((error: unknown) => {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new ExitError(
      exitCodes.badInput,
      `pop-sla: ${file} can't be read (${code}); allowed: a readable file`,
    );
  });
  const reading = await readImport(file, bytes, options, context);
  await withLedger({ ...options, write: true }, context, async (ledger) => {
    const cancelled = reading.cancelled ?? [];
    const now = context.now();
    await tellImport(
      await ledger.importExclusions(actor, reading.inputs, { cancelled, now }),
      ledger,
      options,
      context,
    );
  });
}

interface ExportOptions extends ConfigOptions, CsvOptions {
  readonly format: Format;
  readonly state?: string;
}

function exportCommand(context: Context): Command {
  return withCsvOptions(new Command('export'))
    .description('print the exclusions as CSV or iCalendar, as `exclusions import` reads them')
    .addOption(formatOption().default('csv'))
    .addOption(
      new Option('--state <state>', 'only those').choices(['proposed', 'approved', 'rejected', 'revoked']),
    )
    .addOption(configOption())
    .addHelpText(
      'after',
      '\nExample:\n  $ pop-sla exclusions export --format ical --state approved > maintenance.ics',
    )
    .action((options: ExportOptions) =>
      withLedger(options, context, async ({ ledgerService }, config) => {
        const { exclusionsCsv, exclusionsIcal } = await import('../../render/ledger.js');
        const { disarmed, joinParts } = await import('../../config/exclusion-files.js');
        const { scopeWords } = await import('../../config/exclusion-input.js');
        const all = (await ledgerService.exclusions()).filter(
          ({ state }) => (options.state ?? state) === state,
        );
        const scopeOf = ({ scope }: LedgerExclusion) => scopeWords(scope);
        const codec = { scopeOf, disarmed, joinParts };
        const dialect = dialectOf(options, config.csv);
        context.stdout.write(
          options.format === 'csv' ? exclusionsCsv(all, codec, dialect) : exclusionsIcal(all, codec),
        );
      }),
    );
}

interface ProposeOptions extends ActorOptions {
  readonly kind: string;
  readonly scope: string[];
  readonly from: string;
  readonly to: string;
  readonly reason: string;
  readonly notice?: string[];
  readonly proof?: string;
  readonly cron?: string;
  readonly duration?: string;
  readonly zone?: string;
  readonly attach: readonly string[];
  readonly json?: true;
}

interface DecideOptions extends ActorOptions {
  readonly reason?: string;
  readonly json?: true;
}

type ShowOptions = ConfigOptions & { readonly json?: true };

export function exclusionsCommand(context: Context): Command {
  const command = new Command('exclusions')
    .summary('show, propose, approve, reject or revoke what excuses an outage')
    .description(
      'Time that the contract excuses. An exclusion is proposed by one person and counts once a second one has ' +
        'approved it. Everything is kept, with who did it and when.',
    );
  for (const each of [listCommand, proposeCommand, impactCommand, importCommand, syncCommand, exportCommand])
    command.addCommand(each(context));
  const decide = (decision: Decision, summary: string) =>
    command.addCommand(decideCommand(decision, summary, context));
  decide('approve', 'let it count: by another person than whoever proposed it');
  decide('reject', 'refuse a proposal');
  decide('revoke', 'revoke an approved one: it counts no more');
  return command;
}

function listCommand(context: Context): Command {
  return new Command('list')
    .description('print every exclusion')
    .addOption(jsonOption())
    .addOption(configOption())
    .action((options: ShowOptions) =>
      withLedger(options, context, async ({ ledgerService }) => {
        await show(await ledgerService.exclusions(), options, context);
      }),
    );
}

async function show(
  exclusions: readonly LedgerExclusion[],
  { json }: { readonly json?: true },
  context: Context,
): Promise<void> {
  if (json) {
    const { exclusionJson } = await import('../../render/ledger.js');
    printJson({ exclusions: exclusions.map(exclusionJson) }, context);
    return;
  }
  const { exclusionsTable } = await import('../../render/ledger.js');
  const { scopeWords } = await import('../../config/exclusion-input.js');
  context.stdout.write(exclusionsTable(exclusions, ({ scope }) => scopeWords(scope)));
}

function proposeCommand(context: Context): Command {
  return new Command('propose')
    .summary('propose an exclusion')
    .description(
      'Proposes an exclusion. Only planned maintenance may lie ahead. With --cron, --duration and --zone it is every ' +
        'window that begins between --from and --to.',
    )
    .requiredOption('--kind <kind>', exclusionKinds.join(', '))
    .requiredOption(
      '--scope <scope>',
      'all, or pop:ID, path:A>B, line:ID, service:ID, customer:ID; may come again',
      again,
    )
    .requiredOption('--from <time>', 'a date (00:00 UTC) or an instant with its offset')
    .requiredOption('--to <time>', 'when it is over')
    .requiredOption('--reason <text>', 'why')
    .option('--notice <time>', 'when notice was given; after a space how, in quotes; may come again', again)
    .option('--proof <text>', 'what proves it: force majeure needs it')
    .option('--cron <expression>', 'minute, hour, day, month, weekday, in quotes: when windows begin')
    .option('--duration <duration>', 'how long each window is, as 2h')
    .option('--zone <zone>', 'the time zone of --cron, as Asia/Hong_Kong')
    .addOption(attachOption())
    .addOption(actorOption())
    .addOption(jsonOption())
    .addOption(configOption())
    .addHelpText(
      'after',
      '\nExamples:\n  $ pop-sla exclusions propose --kind planned-maintenance --scope pop:SIN --actor ann \\\n' +
        '      --from 2026-12-01T02:00+08:00 --to 2026-12-01T04:00+08:00 --notice 2026-11-20 --reason "new line cards"\n' +
        '  $ pop-sla exclusions propose --kind planned-maintenance --scope all --actor ann --notice 2026-11-20 \\\n' +
        "      --cron '0 2 * * 0' --duration 2h --zone Asia/Hong_Kong --from 2026-12-01 --to 2027-03-01 --reason weekly",
    )
    .action((options: ProposeOptions) => {
      const actor = actorOf(options, context);
      return withLedger({ ...options, write: true }, context, async (ledger) => {
        const { kind, scope, from, to, reason, notice: notices, proof, cron, duration, zone } = options;
        const written = { kind, scope, from, to, reason, notices, proof, cron, duration, zone };
        const [draft] = ledger.textsOf([{ place: null, input: written }]);
        if (!draft) return;
        const attachments = await ledger.attach(options.attach);
        await show(await ledger.ledgerService.propose(actor, [{ ...draft, attachments }]), options, context);
      });
    });
}

function decideCommand(decision: Decision, summary: string, context: Context): Command {
  const command = new Command(decision)
    .description(summary)
    .argument('<id>', 'as `exclusions list` prints it');
  if (decision === 'approve') command.option('--reason <text>', 'a comment');
  else command.requiredOption('--reason <text>', 'why');
  return command
    .addOption(actorOption())
    .addOption(jsonOption())
    .addOption(configOption())
    .action((id: string, options: DecideOptions) => {
      const actor = actorOf(options, context);
      return withLedger({ ...options, write: true }, context, async ({ ledgerService }) => {
        await show(
          [await ledgerService.decide(actor, decision, id, options.reason ?? null)],
          options,
          context,
        );
      });
    });
}

function impactCommand(context: Context): Command {
  return new Command('impact')
    .description('print which figures of which services it changes, or would change once it is approved')
    .argument('<id>', 'as `exclusions list` prints it')
    .addOption(jsonOption())
    .addOption(configOption())
    .action((id: string, options: ShowOptions) =>
      withLedger(options, context, async (ledger) => {
        const impacts = await ledger.impact(id);
        if (options.json) printJson({ id, impacts }, context);
        else {
          const { impactTable } = await import('../../render/ledger.js');
          context.stdout.write(impactTable(impacts));
        }
      }),
    );
}

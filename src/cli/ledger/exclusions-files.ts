import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { formatRefusal } from '../../core/ledger/refusal.js';
import type { Context } from '../context.js';
import { ExitWith, exitCodes } from '../exit.js';
import { configOption, jsonOption, type ConfigOptions } from '../options.js';
import { actorOf, actorOption, again, printJson, withLedger, type ActorOptions } from './with-ledger.js';

const formats = ['csv', 'ical'] as const;
type Format = (typeof formats)[number];
const formatOption = (): Option => new Option('--format <format>', 'what the file is').choices(formats);

interface ImportOptions extends ActorOptions {
  readonly format?: Format;
  readonly kind?: string;
  readonly scope?: string[];
  readonly notice?: string[];
  readonly json?: true;
}

export function importCommand(context: Context): Command {
  return new Command('import')
    .summary('propose what a file has: CSV, or a maintenance calendar (iCalendar)')
    .description(
      'Proposes every exclusion of a file, or none where one of them is refused. What is proposed or approved ' +
        'already, by the same source and time, is left out.\n\n' +
        'Columns of a CSV: kind, scope, from, to, notices, reason, proof, source; lists are parted by |.\n' +
        'Of an iCalendar event SUMMARY is the reason, UID the source and CREATED (else DTSTAMP) the notice; ' +
        'X-POP-SLA-KIND, -SCOPE, -NOTICES and -PROOF say the rest, else the options here. A floating time is refused.',
    )
    .argument('<file>', 'the file')
    .addOption(formatOption())
    .option('--kind <kind>', 'of calendar events that do not say', 'planned-maintenance')
    .option('--scope <scope>', 'of calendar events that do not say; may come again', again)
    .option('--notice <time>', 'of calendar events that do not say; may come again', again)
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
  const text = await readFile(resolve(context.cwd, file), 'utf8').catch((error: unknown) => {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new ExitWith(
      exitCodes.badInput,
      `pop-sla: ${file} can't be read (${code}); allowed: a readable file`,
    );
  });
  const { readExclusionsCsv } = await import('../../config/ledger/csv.js');
  const { readExclusionsIcal } = await import('../../config/ledger/ical.js');
  const format = options.format ?? (text.trimStart().startsWith('BEGIN:VCALENDAR') ? 'ical' : 'csv');
  const { kind, scope, notice: notices } = options;
  const reading =
    format === 'csv' ? readExclusionsCsv(text) : readExclusionsIcal(text, { kind, scope, notices });
  if (!reading.ok) {
    const lines = reading.refusals.map((one) => `pop-sla: ${file}: ${formatRefusal(one)}`);
    throw new ExitWith(exitCodes.badInput, lines.join('\n'));
  }
  await withLedger({ ...options, write: true }, context, async (ledger) => {
    const { proposed, leftOut } = await ledger.importExclusions(actor, reading.inputs);
    if (options.json) printJson({ proposed: proposed.map(({ id }) => id), leftOut }, context);
    else {
      const ids = proposed.map(({ id }) => id).join(', ') || 'nothing';
      context.stdout.write(`proposed: ${ids}${leftOut > 0 ? `; left out, there already: ${leftOut}` : ''}\n`);
    }
  });
}

interface ExportOptions extends ConfigOptions {
  readonly format: Format;
  readonly state?: string;
}

export function exportCommand(context: Context): Command {
  return new Command('export')
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
      withLedger(options, context, async ({ desk }) => {
        const { exclusionsCsv, exclusionsIcal } = await import('../../render/ledger/files.js');
        const { scopeWords } = await import('../../config/ledger/scope.js');
        const all = (await desk.exclusions()).filter(({ state }) => (options.state ?? state) === state);
        const render = options.format === 'csv' ? exclusionsCsv : exclusionsIcal;
        context.stdout.write(render(all, ({ scope }) => scopeWords(scope)));
      }),
    );
}

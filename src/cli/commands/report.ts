import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import {
  formatOf,
  type ReportContent,
  type ReportFormat,
  renderReport,
  reportFormats,
} from '../../render/report/formats.js';
import { type ReportLanguage, reportLanguages } from '../../i18n/languages.js';
import type { Report, ReportSelection } from '../../render/report/report.js';
import {
  configOption,
  type ConfigOptions,
  type Context,
  exitCodes,
  ExitError,
  positiveInteger,
  readConfig,
} from '../context.js';
import type { CsvDialect } from '../../core/text/csv-dialect.js';
import { type CsvOptions, dialectOf, withCsvOptions } from '../csv-options.js';
import { monthArgument } from '../with-ledger.js';

const groups = ['service', 'customer', 'site', 'reseller'] as const;

interface ReportOptions extends ConfigOptions, CsvOptions, Partial<Record<(typeof groups)[number], string>> {
  readonly month?: string;
  readonly format?: ReportFormat;
  readonly lang: ReportLanguage;
  readonly output?: string;
  readonly summary?: true;
  readonly toDate?: true;
  readonly revision?: number;
}

export function reportCommand(context: Context): Command {
  const command = new Command('report')
    .summary('make the report of a month: statements, credits, and what they stand on')
    .description(
      'Makes the report of a month, of everything or of one service, customer, site or reseller: what is sealed as it ' +
        'was sealed, in its latest revision, and the rest as drafts, which say so.\n\n' +
        'CSV has a line for each part of a statement, and always the same columns; `--columns` prints them.',
    )
    .addOption(new Option('--month <month>', 'the month, as 2026-10').argParser(monthArgument));
  for (const group of groups) command.addOption(groupOption(group));
  return withCsvOptions(command)
    .addOption(
      new Option(
        '--format <format>',
        'what it is made as (default: what the name of FILE says, else json)',
      ).choices(reportFormats),
    )
    .addOption(new Option('--lang <language>', 'the language').choices(reportLanguages).default('en'))
    .addOption(
      new Option(
        '-o, --output <file>',
        'where it goes; a folder: there, by its own name; -: standard output',
      ).default('-', 'standard output'),
    )
    .option('--summary', 'a line for each service, with totals: not the statements in full')
    .option('--to-date', 'of a month that is not over: up to now')
    .addOption(new Option('--revision <number>', 'of a service: not its latest').argParser(positiveInteger))
    .option('--columns', 'print the columns of CSV, and what they are')
    .addOption(configOption())
    .addHelpText(
      'after',
      '\nExamples:\n  $ pop-sla report --month 2026-10 --customer harbour-bank --format pdf --lang zh-TW -o october.pdf\n' +
        '  $ pop-sla report --month 2026-10 --format csv > october.csv\n' +
        '  $ pop-sla report --month 2026-10 --summary -o summary.pdf',
    )
    .action((options: ReportOptions & { readonly columns?: true }) =>
      options.columns ? printColumns(options, context) : report(options, context),
    );
}

const groupOption = (group: (typeof groups)[number]): Option =>
  new Option(`--${group} <id>`, `of one ${group}`)
    .conflicts(groups.filter((other) => other !== group))
    .argParser((id: string) => {
      if (id.trim() === '') throw new InvalidArgumentError(`allowed: the id of a ${group}`);
      return id;
    });

async function report(options: ReportOptions, context: Context): Promise<void> {
  const { month } = options;
  if (month === undefined) {
    throw new ExitError(exitCodes.badInput, 'pop-sla: --month: is missing; allowed: a month, as 2026-10');
  }
  const output = options.output ?? '-';
  const format = options.format ?? formatBy(output) ?? 'json';
  if (output === '-' && context.stdout.isTTY === true && !formatOf[format].text) {
    throw new ExitError(
      exitCodes.badInput,
      `pop-sla: --format: ${format} is nothing for a terminal; allowed: -o FILE, or a pipe`,
    );
  }
  const { made, csv } = await reportOf({ ...options, month }, context);
  const bytes = await renderReport(made, format, options.lang, {
    content: contentOf(options),
    csv: dialectOf(options, csv),
    onUnsettable: (codes) => {
      context.stderr.write(
        `pop-sla: no typeface has ${codes.join(', ')}: they stand by their code points in the document\n`,
      );
    },
  });
  if (output === '-') {
    context.stdout.write(bytes);
    return;
  }
  const file = await write({ output, bytes, made, format, content: contentOf(options) }, context);
  context.stdout.write(`${file}: ${bytes.byteLength} bytes, ${counted(made)}\n`);
}

async function reportOf(
  options: ReportOptions & { readonly month: string },
  context: Context,
): Promise<{ readonly made: Report; readonly csv: CsvDialect }> {
  const { month, toDate = false, revision = null } = options;
  const config = await readConfig(options, context);
  const { openReports } = await context.app();
  const reports = await openReports({ config, now: context.now, software: context.version });
  try {
    const made = await reports.report({ month, selection: selectionOf(options), toDate, revision });
    return { made, csv: config.csv };
  } finally {
    await reports.close();
  }
}

function selectionOf(options: ReportOptions): ReportSelection {
  for (const by of groups) {
    const id = options[by];
    if (id !== undefined) return { by, id };
  }
  return { by: 'all', id: null };
}

/** By the end of a file's name. */
const formatBy = (file: string): ReportFormat | undefined =>
  reportFormats.find((format) => file.toLowerCase().endsWith(`.${format}`));

const contentOf = ({ summary }: Pick<ReportOptions, 'summary'>): ReportContent =>
  summary ? 'summary' : 'statements';

interface Written {
  readonly output: string;
  readonly bytes: Uint8Array;
  readonly made: Report;
  readonly format: ReportFormat;
  readonly content: ReportContent;
}

async function write({ output, bytes, made, format, content }: Written, { cwd }: Context): Promise<string> {
  const { reportFileName } = await import('../../render/report/file-name.js');
  const { writeAtomically } = await import('../../seal/atomic-file.js');
  const inFolder = isFolder(resolve(cwd, output));
  const file = inFolder ? join(output, reportFileName(made, format, content)) : output;
  try {
    await writeAtomically(resolve(cwd, file), bytes);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new ExitError(
      exitCodes.fault,
      `pop-sla: --output: ${file} can't be written (${code}); allowed: a file in a folder that may be written`,
      { cause: error },
    );
  }
  return file;
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

function counted({ statements }: Report): string {
  const drafts = statements.filter(({ seal }) => seal === null).length;
  const all = `${statements.length} ${statements.length === 1 ? 'statement' : 'statements'}`;
  return drafts === 0 ? `${all}, sealed` : `${all}, ${drafts} not sealed`;
}

async function printColumns({ summary }: ReportOptions, { stdout }: Context): Promise<void> {
  const columns = summary
    ? (await import('../../render/report/summary/csv.js')).summaryCsvColumns
    : (await import('../../render/report/csv.js')).reportCsvColumns;
  const width = Math.max(...columns.map(({ name }) => name.length));
  stdout.write(columns.map(({ name, meaning }) => `${name.padEnd(width)}  ${meaning}\n`).join(''));
}

import { Command, InvalidArgumentError, Option } from 'commander';
import type { SlotSummary } from '../../core/measurement/figures.js';
import { isPathId } from '../../core/path.js';
import type { EpochMs, PathId } from '../../core/types.js';
import { roundsCsvColumns } from '../../render/rounds-csv-columns.js';
import type { CsvDialect } from '../../core/text/csv-dialect.js';
import { type CsvOptions, dialectOf, withCsvOptions } from '../csv-options.js';
import type { RoundQuery, RoundStore } from '../../store/store.js';
import {
  configOption,
  type ConfigOptions,
  type Context,
  exitCodes,
  ExitError,
  jsonOption,
  positiveInteger,
  rawOutput,
  readConfig,
  wantsColor,
  widthOf,
} from '../context.js';

const pageSize = 1000;

/** A month of a large mesh does not fit into memory at once. */
async function* pagesOf(
  store: Pick<RoundStore, 'list'>,
  query: Omit<RoundQuery, 'limit' | 'after'>,
  limit: number,
): AsyncGenerator<readonly SlotSummary[]> {
  let left = limit;
  let after: RoundQuery['after'];
  for (;;) {
    const size = Math.min(left, pageSize);
    const page = await store.list({ ...query, limit: size, ...(after && { after }) });
    yield page;
    left -= page.length;
    after = page.at(-1);
    if (page.length < size || left === 0) return;
  }
}

/** Rounds in the form asked for; CSV and JSON page by page. */
async function printRounds(
  found: AsyncIterable<readonly SlotSummary[]>,
  options: { readonly json?: true; readonly csv?: true; readonly dialect: CsvDialect },
  context: Context,
): Promise<void> {
  const { stdout } = context;
  if (options.csv === true) {
    const { roundsCsv } = await import('../../render/rounds.js');
    let header = true;
    for await (const page of found) {
      stdout.write(roundsCsv(page, { header, dialect: options.dialect }));
      header = false;
    }
  } else if (options.json === true) {
    const { roundJson } = await import('../../render/rounds.js');
    let separator = '';
    stdout.write('{ "rounds": [');
    for await (const page of found) {
      for (const round of page) {
        stdout.write(`${separator}\n  ${JSON.stringify(roundJson(round))}`);
        separator = ',';
      }
    }
    stdout.write('\n] }\n');
  } else {
    const { roundsTable } = await import('../../render/rounds.js');
    const all: SlotSummary[] = [];
    for await (const page of found) all.push(...page);
    const color = wantsColor(stdout, context);
    const text = roundsTable(all, { width: widthOf(stdout), color });
    (color ? rawOutput(stdout) : stdout).write(text);
  }
}

const defaultLimit = 20;

interface RoundsOptions extends ConfigOptions, CsvOptions {
  readonly path?: PathId;
  readonly from?: string;
  readonly to?: string;
  readonly limit?: number;
  readonly json?: true;
  readonly csv?: true;
}

export function roundsCommand(context: Context): Command {
  return withCsvOptions(new Command('rounds'))
    .summary('show the stored rounds, newest first')
    .description(
      'Prints stored rounds and missing slots, newest first.\n\n' +
        'A round has a line for each size. LOSS is lost over sent, late replies and ICMP errors included; what ' +
        'the observer could not send is no part of it. "-" stands where nothing was measured, which is never 0.',
    )
    .option('-p, --path <path>', "only this path: 'SOURCE>DESTINATION', in quotes", pathArgument)
    .option('--from <time>', 'slots from this date (00:00 UTC) or instant on')
    .option('--to <time>', 'slots before this date or instant')
    .option(
      '-n, --limit <n>',
      `at most so many (default: ${defaultLimit}; with --from: all of them)`,
      positiveInteger,
    )
    .addOption(jsonOption().conflicts('csv'))
    .addOption(new Option('--csv', 'print CSV (RFC 4180), a line for each size; columns below'))
    .addOption(configOption())
    .addHelpText(
      'after',
      "\nExamples:\n  $ pop-sla rounds\n  $ pop-sla rounds --path 'HKG>SIN' --limit 5\n" +
        '  $ pop-sla rounds --from 2026-10-01 --to 2026-11-01 --csv > october.csv\n' +
        '  $ pop-sla rounds --from 2026-10-11T08:00:00+08:00 --json\n\n' +
        `Columns of the CSV:\n${csvColumnsHelp()}`,
    )
    .action((options: RoundsOptions) => rounds(options, context));
}

function csvColumnsHelp(): string {
  return roundsCsvColumns.map(({ name, meaning }) => `  ${name.padEnd(12)} ${meaning}`).join('\n');
}

function pathArgument(text: string): PathId {
  if (isPathId(text)) return text;
  throw new InvalidArgumentError("allowed: SOURCE>DESTINATION, in quotes: 'HKG>SIN'");
}

async function rounds(options: RoundsOptions, context: Context): Promise<void> {
  const [from, to] = [await instant('from', options.from), await instant('to', options.to)];
  if (from !== undefined && to !== undefined && from >= to) {
    throw new ExitError(exitCodes.badInput, 'pop-sla: --to must be after --from');
  }
  const config = await readConfig(options, context);
  const { readStore } = await context.app();
  const store = await readStore(config);
  try {
    const limit = options.limit ?? (from === undefined ? defaultLimit : Infinity);
    const { path } = options;
    const query = {
      ...(path !== undefined && { path }),
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
    };
    const dialect = dialectOf(options, config.csv);
    await printRounds(pagesOf(store.rounds, query, limit), { ...options, dialect }, context);
  } finally {
    await store.close();
  }
}

async function instant(name: string, text: string | undefined): Promise<EpochMs | undefined> {
  if (text === undefined) return undefined;
  const { isWrong, parseDateOrInstant } = await import('../../config/scalars.js');
  const at = parseDateOrInstant(text);
  if (!isWrong(at)) return at;
  throw new ExitError(
    exitCodes.badInput,
    `pop-sla: --${name}: '${text}' ${at.wrong}; allowed: a date such as 2026-10-01 (00:00 UTC), or an instant such as 2026-10-01T08:00:00+08:00`,
  );
}

import { type Command, Option } from 'commander';
import { type CsvDialect, type CsvSeparator, csvSeparators } from '../core/text/csv-dialect.js';

/** How a command writes CSV; what it isn't told, the configuration says. */
export interface CsvOptions {
  readonly bom?: boolean;
  readonly separator?: CsvSeparator;
}

export const withCsvOptions = (command: Command): Command =>
  command
    .addOption(new Option('--bom', 'CSV with a byte order mark, as Excel wants it (default: csv.bom)'))
    .addOption(new Option('--no-bom', 'CSV without one'))
    .addOption(
      new Option(
        '--separator <name>',
        'what parts the fields of CSV; with semicolon numbers have a comma (default: csv.separator)',
      ).choices(csvSeparators),
    );

export const dialectOf = ({ bom, separator }: CsvOptions, settings: CsvDialect): CsvDialect => ({
  bom: bom ?? settings.bom,
  separator: separator ?? settings.separator,
});

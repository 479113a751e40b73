import { Command, Option } from 'commander';
import { type NoteFormat, noteFormats } from '../../core/billing/batch.js';
import type { ReportLanguage } from '../../i18n/languages.js';
import { configOption, type ConfigOptions, type Context, exitCodes, ExitError } from '../context.js';
import { standardOutput, writeOutput } from '../output-file.js';
import { withBilling } from '../with-billing.js';

const languages = ['en', 'zh-CN', 'zh-TW'] as const satisfies readonly ReportLanguage[];

interface Options extends ConfigOptions {
  readonly format: NoteFormat;
  readonly lang: ReportLanguage;
  readonly output: string;
}

/** A credit note as a file. */
export function noteCommand(context: Context): Command {
  return new Command('note')
    .description(
      'write a credit note as PDF, as UBL 2.1 or CII by EN 16931, or as the fields of a red-letter application for China',
    )
    .argument('<number>', 'as `credits batches show` prints it')
    .addOption(new Option('--format <format>', 'of the file').choices(noteFormats).default('pdf'))
    .addOption(new Option('--lang <language>', 'of the file').choices(languages).default('en'))
    .requiredOption('-o, --output <file>', 'the file; - for standard output')
    .addOption(configOption())
    .addHelpText('after', '\nExample:\n  $ pop-sla credits note CN-2026-000001 --format ubl -o note.xml')
    .action((id: string, options: Options) =>
      withBilling(options, context, async ({ batches }) => {
        const { noteFileFault, renderNote } = await import('../../render/note/files.js');
        const source = await batches.note(id);
        if (source === null)
          throw new ExitError(
            exitCodes.badInput,
            `pop-sla: number: ${id} is no credit note; allowed: a number of a batch`,
          );
        const fault = await noteFileFault(source, options.format);
        if (fault !== null)
          throw new ExitError(exitCodes.fault, `pop-sla: ${id} has no file of this format: ${fault}`);
        const bytes = await renderNote(source, options.format, options.lang);
        await writeOutput(options.output, bytes, context, 'the note stays: ask for it again');
        if (options.output !== standardOutput)
          context.stdout.write(`${options.output}: ${bytes.byteLength} bytes\n`);
      }),
    );
}

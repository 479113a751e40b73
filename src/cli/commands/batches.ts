import { Command, Option } from 'commander';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type BatchFormat, batchFormats } from '../../core/billing/batch.js';
import {
  configOption,
  type ConfigOptions,
  type Context,
  exitCodes,
  ExitError,
  jsonOption,
} from '../context.js';
import { standardOutput, writeOutput } from '../output-file.js';
import { withBilling } from '../with-billing.js';
import { actorOf, actorOption, type ActorOptions, printJson } from '../with-ledger.js';

/** What `credits export` takes for a batch. */
export interface BatchOptions extends ActorOptions {
  readonly mapping?: string;
  readonly month?: string;
  readonly postingDate?: string;
  readonly file?: BatchFormat;
  readonly invoices?: string;
  readonly dryRun?: true;
  readonly output?: string;
  readonly json?: true;
}

export const fileOption = (): Option =>
  new Option('--file <format>', 'the format of the file (default: what the mapping says)').choices(
    batchFormats,
  );

/** The numbers of invoices by statements: a CSV with the columns statement and invoice. */
async function invoicesIn(file: string, { cwd }: Context): Promise<ReadonlyMap<string, string>> {
  const { parse } = await import('csv-parse/sync');
  let rows: Record<string, string>[];
  try {
    rows = parse(readFileSync(resolve(cwd, file)), { columns: true, bom: true, trim: true });
  } catch (error) {
    throw new ExitError(exitCodes.badInput, `pop-sla: --invoices: ${file} can't be read: ${String(error)}`);
  }
  return new Map(
    rows.map(({ statement, invoice }, index) => {
      if (statement !== undefined && invoice !== undefined) return [statement, invoice];
      const what = `${file}, line ${index + 2}, has no statement and invoice`;
      throw new ExitError(
        exitCodes.badInput,
        `pop-sla: --invoices: ${what}; allowed: columns of these names`,
      );
    }),
  );
}

const batchStays = 'the batch stays: fetch it again';

/** Makes a batch, or shows what it would be; with a file, fetches it too. */
export async function exportBatch(options: BatchOptions, mapping: string, context: Context): Promise<void> {
  const { month = null, postingDate = null, file = null, dryRun = false, output, json } = options;
  const invoices =
    options.invoices === undefined ? new Map<string, string>() : await invoicesIn(options.invoices, context);
  const request = { mapping, month, postingDate, file, invoices };
  const actor = dryRun ? '' : actorOf(options, context);
  await withBilling({ ...options, write: !dryRun }, context, async ({ batches }) => {
    const { batchJson, batchText, refusedText } = await import('../../render/batches.js');
    // Where standard output is for the file, nothing else is written there.
    const stdout = output === standardOutput && !dryRun ? context.stderr : context.stdout;
    const { batch, refused, again } = dryRun
      ? await batches.preview(request)
      : await batches.make(actor, request);
    if (json) printJson({ batch: batch && batchJson(batch), refused, again, dryRun }, { stdout });
    if (batch === null) {
      if (!json) stdout.write(refused.length === 0 ? 'Nothing is owed.\n' : refusedText(refused));
      if (refused.length > 0) throw new ExitError(exitCodes.fault, 'pop-sla: every note was refused');
      return;
    }
    if (!json) {
      stdout.write(batchText(batch));
      if (again) stdout.write(`\n${batch.id} was made before, and its file was not fetched yet.\n`);
      else if (dryRun) stdout.write('\nNothing was made, and no number was given.\n');
    }
    if (dryRun) return;
    if (output !== undefined) {
      const { bytes } = await batches.fetch(actor, batch.id);
      await writeOutput(output, bytes, context, batchStays);
    } else if (!json) {
      stdout.write(`\nIts file: pop-sla credits batches fetch ${batch.id} -o FILE\n`);
    }
  });
}

type Shown = ConfigOptions & { readonly json?: true };
type Moved = ActorOptions & { readonly json?: true; readonly note?: string; readonly reason?: string };

/** Export batches: list, show, fetch, confirm or withdraw. */
export function batchesCommand(context: Context): Command {
  const command = new Command('batches').description(
    'Batches of credits for the books, each with its file, its total and its hash. A batch is confirmed or withdrawn ' +
      'as a whole; `credits export --mapping` makes one.',
  );
  command
    .command('list')
    .description('print every batch, newest first')
    .addOption(jsonOption())
    .addOption(configOption())
    .action((options: Shown) =>
      withBilling(options, context, async ({ batches }) => {
        const { batchesTable, batchSummaryJson } = await import('../../render/batches.js');
        const list = await batches.list();
        if (options.json) printJson({ batches: list.map(batchSummaryJson) }, context);
        else context.stdout.write(batchesTable(list));
      }),
    );
  command
    .command('show')
    .description('print one with its notes and lines')
    .argument('<id>', 'as `credits batches list` prints it')
    .addOption(jsonOption())
    .addOption(configOption())
    .action((id: string, options: Shown) =>
      withBilling(options, context, async ({ batches }) => {
        const { batchJson, batchText } = await import('../../render/batches.js');
        const batch = await batches.get(id);
        if (options.json) printJson(batchJson(batch), context);
        else context.stdout.write(batchText(batch));
      }),
    );
  command
    .command('fetch')
    .description('write its file, the same bytes each time; from the first time on its credits are exported')
    .argument('<id>', 'as `credits batches list` prints it')
    .requiredOption('-o, --output <file>', 'the file; - for standard output')
    .addOption(actorOption())
    .addOption(configOption())
    .action((id: string, options: ActorOptions & { readonly output: string }) => {
      const actor = actorOf(options, context);
      return withBilling({ ...options, write: true }, context, async ({ batches }) => {
        const { batch, bytes } = await batches.fetch(actor, id);
        await writeOutput(options.output, bytes, context, batchStays);
        if (options.output !== standardOutput)
          context.stdout.write(`${options.output}: ${bytes.byteLength} bytes, SHA-256 ${batch.hash}\n`);
      });
    });
  const moved = (name: string, description: string): Command =>
    command
      .command(name)
      .description(description)
      .argument('<id>', 'as `credits batches list` prints it')
      .addOption(actorOption())
      .addOption(jsonOption())
      .addOption(configOption());
  moved('confirm', "note that finance's system has booked it; its file was fetched before")
    .option('--note <text>', 'a comment, such as the document of the posting')
    .action((id: string, options: Moved) => move(id, options, 'confirm'));
  moved('withdraw', 'take it back as a whole: its credits are owed again, and its note numbers stay spent')
    .requiredOption('--reason <text>', 'why')
    .action((id: string, options: Moved) => move(id, options, 'withdraw'));
  return command;

  async function move(id: string, options: Moved, to: 'confirm' | 'withdraw'): Promise<void> {
    const actor = actorOf(options, context);
    await withBilling({ ...options, write: true }, context, async ({ batches }) => {
      const batch =
        to === 'confirm'
          ? await batches.confirm(actor, id, options.note ?? null)
          : await batches.withdraw(actor, id, options.reason ?? '');
      const { batchSummaryJson } = await import('../../render/batches.js');
      if (options.json) printJson(batchSummaryJson(batch), context);
      else context.stdout.write(`${batch.id} is ${batch.state}\n`);
    });
  }
}

/** The mappings that there are, and what a column may hold. */
export function mappingsCommand(context: Context): Command {
  return new Command('mappings')
    .description(
      'print the mappings for `credits export`, each checked, and the fields that a column may hold',
    )
    .addOption(jsonOption())
    .addOption(configOption())
    .action((options: Shown) =>
      withBilling(options, context, async ({ batches }) => {
        const { exportFields } = await import('../../core/billing/fields.js');
        const { tableLines } = await import('../../render/table.js');
        const mappings = batches.mappings();
        const fields = Object.entries(exportFields).map(([name, { kind, meaning }]) => ({
          name,
          kind,
          meaning,
        }));
        if (options.json) {
          printJson({ mappings, fields }, context);
          return;
        }
        const heads = (names: readonly string[]) => names.map((head) => ({ head }));
        const lines = [
          ...tableLines(
            heads(['MAPPING', 'FILE', 'ROWS', 'TITLE']),
            mappings.map(({ name, file, rows, title }) => [name, file, rows, title]),
          ),
          '',
          ...tableLines(
            heads(['FIELD', 'KIND', 'MEANING']),
            fields.map(({ name, kind, meaning }) => [name, kind, meaning]),
          ),
        ];
        context.stdout.write(`${lines.join('\n')}\n`);
      }),
    );
}

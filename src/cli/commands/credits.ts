import { Command, InvalidArgumentError, Option } from 'commander';
import { type CreditRow, type CreditStatus, creditStatuses } from '../../core/billing/credit.js';
import { disputedFigures, type DisputeSubject } from '../../core/billing/actions.js';
import { type Dispute, type DisputeMove, disputeMoves } from '../../core/billing/disputes.js';
import {
  type ConfigOptions,
  type Context,
  ExitError,
  configOption,
  exitCodes,
  jsonOption,
  positiveInteger,
  readConfig,
} from '../context.js';
import { type BatchOptions, batchesCommand, exportBatch, fileOption, mappingsCommand } from './batches.js';
import { withBilling } from '../with-billing.js';
import { type ActorOptions, actorOf, actorOption, monthArgument, printJson } from '../with-ledger.js';
import { type NoteFormat, noteFormats } from '../../core/billing/batch.js';
import { type ReportLanguage, reportLanguages } from '../../i18n/languages.js';
import { standardOutput, writeOutput } from '../output-file.js';

interface ListOptions extends ConfigOptions {
  readonly month?: string;
  readonly customer?: string;
  readonly status?: CreditStatus;
  readonly json?: true;
}

interface ExportOptions extends BatchOptions {
  readonly since: number;
  readonly limit: number;
}

type MoveOptions = ActorOptions & {
  readonly note?: string;
  readonly reason?: string;
  readonly late?: true;
  readonly json?: true;
};

export function creditsCommand(context: Context): Command {
  const command = new Command('credits')
    .summary('what statements owe: list, export, claim, settle or reverse')
    .description(
      'A row for what each sealed statement owes. A later revision adds a row with the difference; what was sealed is ' +
        'never edited.',
    );
  command.addCommand(listCommand(context)).addCommand(exportCommand(context));
  command
    .addCommand(batchesCommand(context))
    .addCommand(noteCommand(context))
    .addCommand(mappingsCommand(context));
  command.addCommand(
    moveCommand('claim', 'note that the customer claimed it, where the plan wants a claim', context)
      .option('--note <text>', 'a comment')
      .option('--late', 'it counts although the last day has passed; --note says why'),
  );
  command.addCommand(
    moveCommand('settle', 'note that it was paid', context).option('--note <text>', 'a comment'),
  );
  command.addCommand(
    moveCommand(
      'reverse',
      'take it back; what was exported is taken back by a row of its own',
      context,
    ).requiredOption('--reason <text>', 'why'),
  );
  return command;
}

function listCommand(context: Context): Command {
  return new Command('list')
    .description('print every credit, with the last day of open claims')
    .addOption(new Option('--month <month>', 'of this month, as 2026-10').argParser(monthArgument))
    .option('--customer <id>', 'of this customer')
    .addOption(new Option('--status <status>', 'in this status').choices(creditStatuses))
    .addOption(jsonOption())
    .addOption(configOption())
    .action((options: ListOptions) =>
      withBilling(options, context, async ({ credits }) => {
        const { month, customer, status } = options;
        const query = { ...(month && { month }), ...(customer && { customer }), ...(status && { status }) };
        await show(await credits.list(query), options, context);
      }),
    );
}

/** The options of `credits export` that mean something with a mapping alone. */
const ofBatches = ['month', 'postingDate', 'file', 'invoices', 'dryRun', 'output'] as const;

function exportCommand(context: Context): Command {
  return new Command('export')
    .description(
      "with --mapping: make a batch of what is owed, with a file for finance's system and numbered credit notes. " +
        "Without it: print as JSON what became owed, or was taken back, after a cursor, and note that finance's system has it",
    )
    .addOption(
      new Option('--since <cursor>', 'the cursor of the answer before').argParser(wholeNumber).default(0),
    )
    .addOption(new Option('--limit <n>', 'at most so many').argParser(positiveInteger).default(1000))
    .option('--mapping <name>', 'how the file is written, as `credits mappings` prints them')
    .addOption(new Option('--month <month>', 'only credits of this month').argParser(monthArgument))
    .option('--posting-date <day>', 'when it is posted, as 2026-11-30 (default: today by billing.zone)')
    .addOption(fileOption())
    .option(
      '--invoices <file>',
      'a CSV with the columns statement and invoice: the invoices that are credited',
    )
    .option('--dry-run', 'print what would be made; no number is given')
    .option(
      '-o, --output <file>',
      'fetch the file of the batch too, and write it here; - for standard output',
    )
    .addOption(jsonOption())
    .addOption(actorOption())
    .addOption(configOption())
    .addHelpText(
      'after',
      '\nEvery row comes at least once, in a stable order, with an id that is never given twice. A row that comes again is\n' +
        'news of the same row.\n\nExamples:\n  $ pop-sla credits export --mapping generic --month 2026-10 --dry-run\n' +
        '  $ pop-sla credits export --mapping sap-fb01 --month 2026-10 -o october.csv --actor fiona\n' +
        '  $ pop-sla credits export --since 120 --actor billing > credits.json',
    )
    .action((options: ExportOptions) => {
      if (options.mapping !== undefined) return exportBatch(options, options.mapping, context);
      // Without a mapping everything is exported: whoever asked for a month or a dry run did not mean that.
      const given = ofBatches.find((name) => options[name] !== undefined);
      if (given !== undefined)
        throw new ExitError(
          exitCodes.badInput,
          `pop-sla: ${given}: is given without --mapping; allowed: --mapping NAME, as \`credits mappings\` prints them`,
        );
      const actor = actorOf(options, context);
      return withBilling({ ...options, write: true }, context, async ({ credits }) => {
        const { since, limit } = options;
        printJson(await credits.export(actor, { since, limit }), context);
      });
    });
}

function moveCommand(move: 'claim' | 'settle' | 'reverse', summary: string, context: Context): Command {
  return new Command(move)
    .description(summary)
    .argument('<id>', 'as `credits list` prints it')
    .addOption(actorOption())
    .addOption(jsonOption())
    .addOption(configOption())
    .action((id: string, options: MoveOptions) => {
      const actor = actorOf(options, context);
      return withBilling({ ...options, write: true }, context, async ({ credits }) => {
        const note = options.note ?? null;
        if (move === 'claim')
          await show([await credits.claim(actor, id, note, options.late ?? false)], options, context);
        else if (move === 'settle') await show(await credits.settle(actor, [id], note), options, context);
        else await show([await credits.reverse(actor, id, options.reason ?? '')], options, context);
      });
    });
}

async function show(
  rows: readonly CreditRow[],
  { json }: { readonly json?: true },
  context: Context,
): Promise<void> {
  if (json) printJson({ credits: rows }, context);
  else context.stdout.write((await import('../../render/credits.js')).creditsTable(rows));
}

function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text))
    throw new InvalidArgumentError('allowed: a whole number, as the answer before says it');
  return Number(text);
}

type ListDisputesOptions = ConfigOptions & {
  readonly statement?: string;
  readonly open?: true;
  readonly json?: true;
};
type SayOptions = ActorOptions & {
  readonly text: string;
  readonly about?: DisputeSubject['figure'];
  readonly of?: string;
  readonly entry?: string[];
  readonly revise?: true;
  readonly revision?: number;
  readonly contact?: string;
  readonly json?: true;
};

const summaries: Readonly<Record<DisputeMove, string>> = {
  comment: 'note what the customer adds; it waits for an answer again',
  answer: 'answer it; it stays open',
  accept: 'say that the customer is right',
  reject: 'say that the customer is wrong',
  withdraw: 'note that the customer takes it back',
};

export function disputesCommand(context: Context): Command {
  const command = new Command('disputes')
    .summary('what customers say against sealed statements, and what is answered')
    .description(
      'A dispute is kept for ever with all that was said: name nobody in it, but contacts by their ids.',
    );
  command
    .command('list')
    .description('print disputes with their comments')
    .option('--statement <id>', 'against this statement, as 2026-10/svc-1')
    .option('--open', 'only those that are not over')
    .addOption(jsonOption())
    .addOption(configOption())
    .action((options: ListDisputesOptions) =>
      withBilling(options, context, async ({ disputes }) => {
        const { statement, open = false } = options;
        await showDispute(await disputes.list({ ...(statement && { statement }), open }), options, context);
      }),
    );
  said(command.command('open').description('open one against a sealed statement'))
    .argument('<statement>', 'as 2026-10/svc-1')
    .addOption(
      new Option('--revision <n>', 'against this revision (default: the latest)').argParser(positiveInteger),
    )
    .option('--contact <id>', 'who at the customer says so, as `person list` prints it')
    .addOption(new Option('--about <figure>', 'what it concerns').choices(disputedFigures))
    .option('--of <name>', 'with --about: the path, as HKG>SIN, or the reference of the outage')
    .action((statement: string, options: SayOptions) => {
      const actor = actorOf(options, context);
      return withBilling({ ...options, write: true }, context, async ({ disputes }) => {
        const { text, revision, contact = null, about, of = null } = options;
        const subject = about === undefined ? null : { figure: about, of };
        const request = {
          statement,
          text,
          contact,
          about: subject,
          ...(revision !== undefined && { revision }),
        };
        await showDispute([await disputes.open(actor, request)], options, context);
      });
    });
  for (const move of disputeMoves) {
    const moving = said(command.command(move).description(summaries[move]));
    if (move === 'accept')
      moving
        .option('--entry <id...>', 'the corrections and exclusions that settle it')
        .option('--revise', 'seal the revision of the statement too');
    moving.argument('<id>', 'as `disputes list` prints it').action((id: string, options: SayOptions) => {
      const actor = actorOf(options, context);
      return withBilling({ ...options, write: true }, context, async ({ disputes }) => {
        const { text, entry = [], revise = false } = options;
        const moved = await disputes.move(actor, move, id, { text, entries: entry, revise });
        await showDispute([moved], options, context);
      });
    });
  }
  return command;
}

const said = (command: Command): Command =>
  command
    .requiredOption('--text <text>', 'what is said; it names nobody')
    .addOption(actorOption())
    .addOption(jsonOption())
    .addOption(configOption());

async function showDispute(
  disputes: readonly Dispute[],
  { json }: { readonly json?: true },
  context: Context,
): Promise<void> {
  if (json) printJson({ disputes }, context);
  else context.stdout.write((await import('../../render/credits.js')).disputesTable(disputes));
}

type Options = ConfigOptions & { readonly json?: true };

export function keysCommand(context: Context): Command {
  const command = new Command('keys')
    .summary('make, show or rotate the key that signs statements')
    .description(
      'The Ed25519 key of this installation. It lies in the folder that `keys.folder` names, readable by its owner ' +
        'only. Public keys of before are kept: what they signed stays verifiable.',
    );
  const open = async (options: Options) => {
    const { openKeys } = await context.app();
    return openKeys(await readConfig(options, context));
  };
  const made = (id: string, options: Options): void => {
    if (options.json) printJson({ id }, context);
    else context.stdout.write(`${id} signs from now on\n`);
  };
  command
    .command('make')
    .description('make the first key')
    .addOption(jsonOption())
    .addOption(configOption())
    .action(async (options: Options) => {
      made(await (await open(options)).make(), options);
    });
  command
    .command('show')
    .description('print the public keys, and which of them signs')
    .addOption(jsonOption())
    .addOption(configOption())
    .action(async (options: Options) => {
      const keys = await (await open(options)).list();
      if (options.json) printJson({ keys }, context);
      else if (keys.length === 0) context.stdout.write('No keys: pop-sla keys make\n');
      else
        for (const { id, pem, current } of keys)
          context.stdout.write(`${id}${current ? '  signs' : ''}\n${pem}`);
    });
  command
    .command('rotate')
    .description('make another key that signs from now on; the private part of the one before is deleted')
    .addOption(jsonOption())
    .addOption(configOption())
    .action(async (options: Options) => {
      made(await (await open(options)).rotate(), options);
    });
  return command;
}

interface NotesOptions extends ConfigOptions {
  readonly format: NoteFormat;
  readonly lang: ReportLanguage;
  readonly output: string;
}

/** A credit note as a file. */
function noteCommand(context: Context): Command {
  return new Command('note')
    .description(
      'write a credit note as PDF, as UBL 2.1 or CII by EN 16931, or as the fields of a red-letter application for China',
    )
    .argument('<number>', 'as `credits batches show` prints it')
    .addOption(new Option('--format <format>', 'of the file').choices(noteFormats).default('pdf'))
    .addOption(new Option('--lang <language>', 'of the file').choices(reportLanguages).default('en'))
    .requiredOption('-o, --output <file>', 'the file; - for standard output')
    .addOption(configOption())
    .addHelpText('after', '\nExample:\n  $ pop-sla credits note CN-2026-000001 --format ubl -o note.xml')
    .action((id: string, options: NotesOptions) =>
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

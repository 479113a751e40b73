import { Command, InvalidArgumentError } from 'commander';
import {
  configOption,
  type ConfigOptions,
  type Context,
  exitCodes,
  ExitError,
  jsonOption,
  positiveInteger,
} from '../context.js';
import { show } from '../show-ticket.js';
import { transitionCommands } from '../ticket-transitions.js';
import {
  actorOf,
  actorOption,
  type ActorOptions,
  again,
  attachOption,
  printJson,
  timeArgument,
  withLedger,
} from '../with-ledger.js';
import { exclusionKinds } from '../../core/exclusion.js';
import { type WindowKind, windowKinds } from '../../core/standing.js';
import { type TicketState, ticketStates } from '../../core/ticket/actions.js';

/** Reads an option that is one of some words. */
export const oneOfWords =
  <const T extends string>(words: readonly T[]) =>
  (given: string): T => {
    const found = words.find((word) => word === given);
    if (found !== undefined) return found;
    throw new InvalidArgumentError(`allowed: ${words.join(', ')}`);
  };

interface ListOptions extends ConfigOptions {
  readonly customer?: string;
  readonly state?: TicketState;
  readonly path?: string;
  readonly limit: number;
  readonly json?: true;
}

interface FileOptions extends ActorOptions {
  readonly customer: string;
  readonly path?: string;
  readonly service?: string;
  readonly band?: WindowKind;
  readonly since?: string;
  readonly subject?: string;
  readonly text?: string;
  readonly severity?: string;
  readonly reporter?: string;
  readonly attach: readonly string[];
  readonly json?: true;
}

type ShowOptions = ConfigOptions & { readonly json?: true };

export function ticketsCommand(context: Context): Command {
  const command = new Command('faults')
    .summary('file fault reports, and work on them')
    .description(
      'Fault reports of customers. The first one who takes a report owns it until a hand-over is accepted; what is ' +
        'left of its targets is counted from the filing. Everything that happens to it is kept, with who did it and when.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n' +
        "  $ pop-sla faults file --customer bank --path 'HKG>SIN' --band round --actor ann\n" +
        '  $ pop-sla faults take F7 --actor ann\n' +
        '  $ pop-sla faults comment F7 --text "a card is replaced" --internal --actor ann\n' +
        '  $ pop-sla faults resolve F7 --text "replaced" --actor ann\n' +
        '  $ pop-sla faults to-exclusion F7 --kind third-party --from 2026-10-11T08:00+08:00 --to 2026-10-11T08:30+08:00 --actor ann',
    );
  for (const each of [listCommand, showCommand, suggestionsCommand, fileCommand])
    command.addCommand(each(context));
  for (const each of [...transitionCommands(context), ...ledgerCommands(context)]) command.addCommand(each);
  return command;
}

function listCommand(context: Context): Command {
  return new Command('list')
    .description('print fault reports, newest first')
    .option('--customer <id>', 'only those of this customer')
    .option('--state <state>', ticketStates.join(', '), oneOfWords(ticketStates))
    .option('--path <path>', 'only those of this path, as SOURCE>DESTINATION')
    .option('--limit <number>', 'how many at most', positiveInteger, 50)
    .addOption(jsonOption())
    .addOption(configOption())
    .addHelpText('after', '\nExample:\n  $ pop-sla faults list --state filed')
    .action((options: ListOptions) =>
      withLedger(options, context, async ({ faults }) => {
        const { customer, state, path, limit } = options;
        const { isPathId } = await import('../../core/path.js');
        if (path !== undefined && !isPathId(path))
          throw new ExitError(
            exitCodes.badInput,
            `pop-sla: --path: '${path}' is not a path; allowed: SOURCE>DESTINATION`,
          );
        const found = await faults.ticketService.list({
          limit,
          ...(customer !== undefined && { customers: [customer] }),
          ...(state !== undefined && { states: [state] }),
          ...(path !== undefined && { path }),
        });
        if (options.json) {
          const { reportJson } = await import('../../render/tickets.js');
          printJson({ reports: found.map((one) => reportJson(one, context.now())) }, context);
          return;
        }
        const { reportsTable } = await import('../../render/tickets.js');
        context.stdout.write(reportsTable(found, context.now()));
      }),
    );
}

function showCommand(context: Context): Command {
  return new Command('show')
    .description('print a report with its history, its comments and what is left of its targets')
    .argument('<id>', 'as `faults list` prints it')
    .addOption(jsonOption())
    .addOption(configOption())
    .action((id: string, options: ShowOptions) =>
      withLedger(options, context, async ({ faults }) => {
        const report = await faults.ticketService.report(id);
        if (options.json) {
          const { reportJson, eventJson } = await import('../../render/tickets.js');
          const { events, fault } = await faults.ticketService.history(id);
          printJson({ ...reportJson(report, context.now()), events: events.map(eventJson), fault }, context);
          return;
        }
        const { reportText } = await import('../../render/tickets.js');
        context.stdout.write(reportText(report, context.now()));
      }),
    );
}

function suggestionsCommand(context: Context): Command {
  return new Command('suggestions')
    .description('print the paths that have been in a band worse than normal for some rounds in a row')
    .addOption(jsonOption())
    .addOption(configOption())
    .action((options: ShowOptions) =>
      withLedger(options, context, async ({ faults }) => {
        const found = await faults.ticketService.suggestions({ open: true, limit: 1000 });
        if (options.json) {
          const { suggestionJson } = await import('../../render/tickets.js');
          printJson({ suggestions: found.map(suggestionJson) }, context);
          return;
        }
        const { suggestionsTable } = await import('../../render/tickets.js');
        context.stdout.write(suggestionsTable(found));
      }),
    );
}

function fileCommand(context: Context): Command {
  return new Command('file')
    .summary('file a report on behalf of a customer')
    .description(
      'Files a report on behalf of a customer who called; whoever files it has taken it. With --band the band, its ' +
        'figures, the rounds behind it and the outages of the last 24 h are frozen as evidence.',
    )
    .requiredOption('--customer <id>', 'whose it is')
    .option('--path <path>', 'the path it is about, as SOURCE>DESTINATION')
    .option('--service <id>', 'the service it is about')
    .option('--band <window>', windowKinds.join(', '), oneOfWords(windowKinds))
    .option('--since <time>', 'when the fault started')
    .option('--subject <text>', 'one line')
    .option('--text <text>', 'what is wrong; needed where there is no --band')
    .option('--severity <word>', 'critical, major or minor; by the band when left out')
    .option('--reporter <id>', 'the id of the person to answer to')
    .addOption(attachOption())
    .addOption(actorOption())
    .addOption(jsonOption())
    .addOption(configOption())
    .action(async (options: FileOptions) => {
      const actor = actorOf(options, context);
      const since = await timeArgument('since', options.since);
      const { isPathId } = await import('../../core/path.js');
      const { path = null } = options;
      if (path !== null && !isPathId(path))
        throw new ExitError(
          exitCodes.badInput,
          `pop-sla: --path: '${path}' is not a path; allowed: SOURCE>DESTINATION`,
        );
      await withLedger({ ...options, write: true }, context, async (ledger) => {
        const attachments = await ledger.attachToReport(options.attach);
        const report = await ledger.faults.ticketService.file(
          { name: actor, side: 'noc' },
          {
            customer: options.customer,
            path,
            service: options.service ?? null,
            since: since ?? null,
            window: options.band ?? null,
            subject: options.subject ?? null,
            text: options.text ?? null,
            severity: options.severity ?? null,
            kind: null,
            channel: 'phone',
            attachments,
            reporter: options.reporter ?? null,
            externalIds: [],
          },
        );
        await show(report, options, context);
      });
    });
}

interface OutageOptions extends ActorOptions {
  readonly from: string;
  readonly to: string;
  readonly port?: string;
  readonly of?: string;
  readonly reason?: string;
  readonly json?: true;
}

interface ExclusionOptions extends ActorOptions {
  readonly kind: string;
  readonly from: string;
  readonly to: string;
  readonly scope?: string[];
  readonly notice?: string[];
  readonly reason?: string;
  readonly proof?: string;
  readonly json?: true;
}

/** What a report becomes in the ledger. */
const ledgerCommands = (context: Context): Command[] => [toOutage(context), toExclusion(context)];

const common = (name: string, summary: string): Command =>
  new Command(name)
    .description(summary)
    .argument('<id>', 'as `faults list` prints it')
    .requiredOption('--from <time>', 'when it began')
    .requiredOption('--to <time>', 'when it was over')
    .option('--reason <text>', "why; the report's own subject when left out")
    .addOption(actorOption())
    .addOption(jsonOption())
    .addOption(configOption());

function toOutage(context: Context): Command {
  return common('to-outage', 'enter an outage by a report, or correct one')
    .option('--port <pop>', "the PoP whose port was down (default: the path's destination)")
    .option('--of <outage>', 'the outage to correct, as `pop-sla outages` prints it')
    .action(async (id: string, options: OutageOptions) => {
      const actor = actorOf(options, context);
      const from = (await timeArgument('from', options.from)) ?? 0;
      const to = (await timeArgument('to', options.to)) ?? 0;
      await withLedger({ ...options, write: true }, context, async ({ faults }) => {
        const { of = null, port = null, reason = null } = options;
        const request = { from, to, of, port, reason };
        await show(
          await faults.ticketService.toOutage({ name: actor, side: 'noc' }, id, request),
          options,
          context,
        );
      });
    });
}

function toExclusion(context: Context): Command {
  return common('to-exclusion', 'propose an exclusion by a report, for a second person to approve')
    .requiredOption('--kind <kind>', exclusionKinds.join(', '))
    .option(
      '--scope <scope>',
      "pop:ID, path:A>B, service:ID …; may come again (default: the report's path)",
      again,
    )
    .option('--notice <time>', 'when notice was given; may come again', again)
    .option('--proof <text>', 'what proves it')
    .action((id: string, options: ExclusionOptions) => {
      const actor = actorOf(options, context);
      return withLedger({ ...options, write: true }, context, async ({ faults }) => {
        const { kind, from, to, scope, notice: notices, reason, proof } = options;
        const request = { kind, from, to, scope, notices, reason, proof };
        await show(
          await faults.ticketService.toExclusion({ name: actor, side: 'noc' }, id, request),
          options,
          context,
        );
      });
    });
}

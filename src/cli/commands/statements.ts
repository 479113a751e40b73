import { Command, InvalidArgumentError, Option } from 'commander';
import type { SealedStatement, StatementDocument } from '../../core/statement/document.js';
import {
  filteredFigures,
  filterOfState,
  isPercentage,
  matchesFigures,
  type StatementState,
  statementStates,
} from '../../core/statement/filter.js';
import type { Outcome } from '../../services/statements/seal.js';
import type { Statements } from '../../services/statements/statements.js';
import type { StatementQuery, StatementSummary } from '../../store/statement-store.js';
import {
  configOption,
  type ConfigOptions,
  type Context,
  exitCodes,
  ExitError,
  jsonOption,
  positiveInteger,
} from '../context.js';
import { withBilling } from '../with-billing.js';
import { actorOf, actorOption, type ActorOptions, again, monthArgument, printJson } from '../with-ledger.js';

interface ListOptions extends ConfigOptions {
  readonly state?: StatementState;
  readonly credited?: true;
  readonly below?: string;
  readonly month?: string;
  readonly service?: string;
  readonly json?: true;
}

interface ShowOptions extends ConfigOptions {
  readonly revision?: number;
  readonly toDate?: true;
  readonly json?: true;
}

interface SealOptions extends ActorOptions {
  readonly month: string;
  readonly service?: readonly string[];
  readonly allComplete?: true;
  readonly acceptIncomplete?: string;
  readonly outOfOrder?: string;
  readonly dryRun?: true;
  readonly json?: true;
}

const monthOption = () =>
  new Option('--month <month>', 'as 2026-10').argParser(monthArgument).makeOptionMandatory();
const serviceOption = () => new Option('--service <id>', 'of this service; may come again').argParser(again);

export function statementsCommand(context: Context): Command {
  const command = new Command('statements')
    .summary('close months, show, seal and revise their statements')
    .description(
      'A month is closed by the daemon once its grace is over: every service has a draft then. Finance looks at it and ' +
        'seals it. What was sealed never changes; what comes later makes another revision.',
    );
  for (const each of [
    listCommand,
    showCommand,
    closeCommand,
    prepareCommand,
    sealCommand,
    reviseCommand,
    checkCommand,
  ])
    command.addCommand(each(context));
  return command;
}

function listCommand(context: Context): Command {
  return new Command('list')
    .description('print drafts and every sealed revision')
    .addOption(new Option('--month <month>', 'of this month, as 2026-10').argParser(monthArgument))
    .option('--service <id>', 'of this service')
    .addOption(new Option('--state <state>', 'of this state').choices(statementStates))
    .option('--credited', 'with a credit above zero')
    .addOption(
      new Option('--below <percent>', 'with an availability below this, as 99.95').argParser(percentArgument),
    )
    .addOption(jsonOption())
    .addOption(configOption())
    .action((options: ListOptions) =>
      withBilling(options, context, async ({ statements }) => {
        const rows = await withCurrentDrafts(options, statements);
        if (options.json) printJson({ statements: rows }, context);
        else context.stdout.write((await import('../../render/credits.js')).statementsTable(rows));
      }),
    );
}

function showCommand(context: Context): Command {
  return new Command('show')
    .description('print how a statement is calculated, line by line, or all of it as JSON')
    .argument('<month>', 'as 2026-10', monthArgument)
    .argument('<service>', 'the id of a service')
    .addOption(
      new Option('--revision <n>', 'a sealed revision (default: the latest)').argParser(positiveInteger),
    )
    .option('--to-date', 'as it would be created now, also before the month is over; stores nothing')
    .addOption(jsonOption())
    .addOption(configOption())
    .action((month: string, service: string, options: ShowOptions) =>
      withBilling(options, context, async ({ statements }) => {
        if (options.toDate) {
          for (const document of await statements.draw(month, [service]))
            await show({ document }, options, context);
          return;
        }
        const found = await statements.show(month, service, options.revision);
        const [anew] =
          found.document.state === 'draft' ? await statements.changedDrafts({ month, service }) : [];
        await show(anew === undefined ? found : await outdated(anew), options, context);
      }),
    );
}

function queryOf({
  month,
  service,
  state,
  credited,
  below,
}: Pick<ListOptions, 'month' | 'service' | 'state' | 'credited' | 'below'>): StatementQuery {
  return {
    ...(month && { month }),
    ...(service && { service }),
    ...(state && filterOfState(state)),
    ...(credited && { credited }),
    ...(below !== undefined && { availabilityBelow: below }),
  };
}

function percentArgument(text: string): string {
  if (!isPercentage(text)) throw new InvalidArgumentError('allowed: a percentage from 0 to 100, as 99.95');
  return text;
}

/** The rows with the figures that drafts have now: what is stored may be older than its source data. */
async function withCurrentDrafts(
  options: ListOptions,
  statements: Pick<Statements, 'changedDrafts' | 'list'>,
): Promise<StatementSummary[]> {
  const query = queryOf(options);
  const { month: of, service, state } = options;
  const rows = await statements.list(
    queryOf({
      ...(of && { month: of }),
      ...(service && { service }),
      ...(state && state !== 'incomplete' && { state }),
    }),
  );
  const found = new Set((await statements.list(query)).map(({ hash }) => hash));
  const months = new Set(rows.filter(({ state }) => state === 'draft').map(({ month }) => month));
  const { digestOf } = await import('../../seal/canonical.js');
  const changed = new Map<string, StatementDocument>();
  for (const month of months)
    for (const document of await statements.changedDrafts({ month })) changed.set(document.id, document);
  return rows.flatMap((row) => {
    const document = row.state === 'draft' ? changed.get(row.id) : undefined;
    if (document === undefined) return found.has(row.hash) ? [row] : [];
    // What a draft says now decides.
    if (!matchesFigures(filteredFigures(document), query)) return [];
    const { total, complete, currency, asOf } = document;
    const figures = { rent: total.rent, credit: total.credit, currency, complete };
    return [{ ...row, ...figures, hash: digestOf(document), at: Date.parse(asOf) }];
  });
}

/** A draft as it would be created now, in place of the stored one. */
async function outdated(document: StatementDocument): Promise<Shown> {
  const { digestOf } = await import('../../seal/canonical.js');
  return { document, hash: digestOf(document), outdated: true };
}

/** What is printed of a statement; `outdated`: the stored draft is older than its source data. */
type Shown = { readonly document: StatementDocument; readonly outdated?: true } & Partial<SealedStatement>;

async function show(found: Shown, { json }: ShowOptions, context: Context): Promise<void> {
  if (json) {
    printJson(found, context);
    return;
  }
  const { derivationOf } = await import('../../render/report/derivation.js');
  const { localeOf } = await import('../../i18n/locale.js');
  const { changeLines } = await import('../../i18n/report.js');
  const locale = localeOf('en');
  const { document, outdated: isOutdated, hash, sealedBy, sealedAt, key } = found;
  const { id, revision, toDate, total, currency, change, acceptedIncomplete } = document;
  const state = sealedBy
    ? `sealed by ${sealedBy} on ${sealedAt ?? ''} with the key ${key ?? ''}`
    : `draft${toDate === null ? '' : `, to ${toDate}`}`;
  const lines = [
    `${id}, revision ${revision}: ${state}`,
    ...(isOutdated ? ['source data changed since the draft was stored: these are the figures of now'] : []),
    ...(hash === undefined ? [] : [`hash ${hash}`]),
    `rent ${total.rent} ${currency}, credit ${total.credit} ${currency}, ${document.complete ? 'complete' : 'incomplete'}`,
    ...(acceptedIncomplete === null ? [] : [`accepted although incomplete: ${acceptedIncomplete}`]),
    ...(change === null
      ? []
      : [
          `since revision ${change.since}: credit ${change.creditDifference} ${currency}`,
          ...changeLines(locale.words, change.why).map((why) => `  ${why}`),
          ...change.differences.map(
            ({ field, from, to }) => `  ${field}: ${from ?? 'none'} → ${to ?? 'none'}`,
          ),
        ]),
    ...derivationOf(document, locale).flatMap((part) => ['', ...part]),
  ];
  context.stdout.write(`${lines.join('\n')}\n`);
}

function closeCommand(context: Context): Command {
  return new Command('close')
    .description('create the drafts of a month that is over, as the daemon does after its grace')
    .addOption(monthOption())
    .addOption(serviceOption())
    .addOption(configOption())
    .action((options: ConfigOptions & { readonly month: string; readonly service?: readonly string[] }) =>
      withBilling({ ...options, write: true }, context, async ({ statements }) => {
        const { month, service = null } = options;
        const { drafts, unjudged } = await statements.close(month, service);
        context.stdout.write(`${month}: ${drafts === 1 ? '1 draft' : `${drafts} drafts`}\n`);
        const { oneLine } = await import('../../render/figures.js');
        for (const { service: id, reason } of unjudged)
          context.stdout.write(`${oneLine(`${id} can't be judged: ${reason}`)}\n`);
      }),
    );
}

function sealCommand(context: Context): Command {
  return new Command('seal')
    .description('seal statements: of one service or several, or all of a month that are complete')
    .addOption(monthOption())
    .addOption(serviceOption())
    .option('--all-complete', 'every complete one of the month')
    .option('--accept-incomplete <reason>', 'seal it although it is incomplete, and say why')
    .option('--out-of-order <reason>', 'seal it although an earlier month of its service is not sealed')
    .addOption(actorOption())
    .addOption(jsonOption())
    .addOption(configOption())
    .addHelpText(
      'after',
      '\nExamples:\n  $ pop-sla statements seal --month 2026-10 --all-complete --actor ann\n' +
        '  $ pop-sla statements seal --month 2026-10 --service svc-1 --actor ann --accept-incomplete "agreed by mail"',
    )
    .action((options: SealOptions) => {
      const actor = actorOf(options, context);
      return withBilling({ ...options, write: true }, context, async ({ statements }) => {
        const request = { ...requestOf(options), outOfOrder: options.outOfOrder ?? null };
        const outcomes = await statements.seal(actor, request);
        report(outcomes, options, context);
      });
    });
}

function reviseCommand(context: Context): Command {
  return new Command('revise')
    .description('seal another revision of what has changed since it was sealed')
    .addOption(monthOption())
    .addOption(serviceOption())
    .option('--all-complete', 'every sealed one of the month that has changed')
    .option('--accept-incomplete <reason>', 'seal it although it is incomplete, and say why')
    .option('--dry-run', 'say what would change, and do nothing')
    .addOption(actorOption())
    .addOption(jsonOption())
    .addOption(configOption())
    .action((options: SealOptions) => {
      const actor = actorOf(options, context);
      return withBilling({ ...options, write: true }, context, async ({ statements }) => {
        const request = { ...requestOf(options), dryRun: options.dryRun ?? false };
        const outcomes = await statements.revise(actor, request);
        report(outcomes, options, context);
      });
    });
}

function prepareCommand(context: Context): Command {
  return new Command('prepare')
    .description(
      'note that somebody looked at what would be sealed next, drafts and revisions: with statements.twoPersonSealing ' +
        'another person seals it then',
    )
    .addOption(monthOption())
    .addOption(serviceOption())
    .option('--all', 'of every service of the month')
    .addOption(actorOption())
    .addOption(jsonOption())
    .addOption(configOption())
    .action((options: SealOptions & { readonly all?: true }) => {
      const actor = actorOf(options, context);
      const { month, service, all, json } = options;
      if ((service === undefined) === (all === undefined))
        throw new ExitError(
          exitCodes.badInput,
          'pop-sla: allowed: --service ID, or --all for all of the month',
        );
      return withBilling({ ...options, write: true }, context, async ({ statements }) => {
        const outcomes = await statements.prepare(actor, { month, services: service ?? null });
        report(outcomes, { month, ...(json && { json }) }, context);
      });
    });
}

function checkCommand(context: Context): Command {
  return new Command('check')
    .description('note which sealed statements of a month have changed source data, as the daemon does')
    .addOption(monthOption())
    .addOption(configOption())
    .action((options: ConfigOptions & { readonly month: string }) =>
      withBilling({ ...options, write: true }, context, async ({ statements }) => {
        const changed = await statements.check(options.month);
        context.stdout.write(`${options.month}: ${changed} changed since they were sealed\n`);
      }),
    );
}

function requestOf({ month, service, allComplete, acceptIncomplete, outOfOrder }: SealOptions) {
  if ((service === undefined) === (allComplete === undefined)) {
    throw new ExitError(
      exitCodes.badInput,
      'pop-sla: allowed: --service ID, or --all-complete for all of the month',
    );
  }
  for (const [option, reason] of Object.entries({
    'accept-incomplete': acceptIncomplete,
    'out-of-order': outOfOrder,
  }))
    if (reason?.trim() === '')
      throw new ExitError(exitCodes.badInput, `pop-sla: --${option}: is empty; allowed: a reason`);
  return { month, services: service ?? null, acceptIncomplete: acceptIncomplete ?? null };
}

/** With --all-complete, incomplete ones are left; anything else that was asked for and not done is a fault. */
function report(
  outcomes: readonly Outcome[],
  { json, allComplete, dryRun }: SealOptions,
  context: Context,
): void {
  if (json) printJson({ statements: outcomes }, context);
  else context.stdout.write(outcomes.map((each) => `${lineOf(each, dryRun ?? false)}\n`).join(''));
  const left = outcomes.filter(
    ({ outcome }) => outcome === 'refused' || (outcome === 'incomplete' && !allComplete),
  );
  if (left.length === 0) return;
  throw new ExitError(
    exitCodes.badInput,
    left.map(({ id, why }) => `pop-sla: ${id}: ${why[0] ?? 'refused'}`).join('\n'),
  );
}

function lineOf(
  { id, outcome, revision, hash, credit, currency, creditDifference, why }: Outcome,
  dryRun: boolean,
): string {
  const rest = why.map((line) => `\n  ${line}`).join('');
  switch (outcome) {
    case 'sealed': {
      const more = creditDifference === null ? '' : ` (${creditDifference} to the one before)`;
      const what = dryRun ? 'would be sealed' : `sealed, hash ${hash ?? ''}`;
      return `${id}: ${what} as revision ${revision ?? 1}, credit ${credit} ${currency}${more}${rest}`;
    }
    case 'prepared':
      return `${id}: prepared as revision ${revision ?? 1}, credit ${credit} ${currency}: another person may seal it${rest}`;
    case 'already-sealed':
      return `${id}: already sealed, revision ${revision ?? 1}, hash ${hash ?? ''}`;
    case 'unchanged':
      return `${id}: nothing has changed since revision ${revision ?? 1}, hash ${hash ?? ''}`;
    case 'incomplete':
      return `${id}: left, incomplete${rest}`;
    case 'refused':
      return `${id}: left${rest}`;
  }
}

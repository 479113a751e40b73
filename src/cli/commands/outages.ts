import { Command } from 'commander';
import { parseRef } from '../../core/ledger/outages.js';
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
  attachOption,
  monthArgument,
  printJson,
  timeArgument,
  withLedger,
} from '../with-ledger.js';

interface ListOptions extends ConfigOptions {
  readonly port?: string;
  readonly from?: string;
  readonly to?: string;
  readonly json?: true;
}

interface EntryOptions extends ActorOptions {
  readonly from?: string;
  readonly to?: string;
  readonly reason: string;
  readonly evidence?: string;
  readonly attach: readonly string[];
  readonly json?: true;
}

export function outagesCommand(context: Context): Command {
  return new Command('outages')
    .summary('show the outages of the ports, and their corrections')
    .description(
      'Prints the outages, oldest first: measured ones, and those that were entered by hand. Corrections of a ' +
        'measured one lies over it; both are shown, and the last word counts. Below them stands how the path to the ' +
        'port was when it broke and before, hop by hop, where it was traced.',
    )
    .option('--port <pop>', 'only those of this PoP')
    .option('--from <time>', 'those that reach beyond this date (00:00 UTC) or instant')
    .option('--to <time>', 'those that begin before this date or instant')
    .addOption(jsonOption())
    .addOption(configOption())
    .addHelpText('after', '\nExample:\n  $ pop-sla outages --from 2026-10-01')
    .action((options: ListOptions) => list(options, context));
}

export function outageCommand(context: Context): Command {
  return new Command('outage')
    .description(
      'Adds, corrects or voids an outage by hand. A measured row is never changed: what is entered lies over it, and ' +
        'both are shown by `pop-sla outages`.',
    )
    .summary('add, correct or void an outage by hand')
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  $ pop-sla outage add SIN --from 2026-10-11T08:00+08:00 --to 2026-10-11T08:30+08:00 --reason INC-7 --actor ann\n' +
        "  $ pop-sla outage void 'SIN@HKG/1791676800000' --reason 'a false alarm' --actor ann",
    )
    .addCommand(
      entry('add', 'enter an outage that nobody measured')
        .argument('<pop>', 'the PoP whose port was down')
        .requiredOption('--from <time>', 'when it began')
        .requiredOption('--to <time>', 'when it was over')
        .action((port: string, options: EntryOptions) => enter(options, context, { port, of: null })),
    )
    .addCommand(
      entry('correct', 'say when an outage began and ended in truth')
        .argument('<outage>', 'its name, as `pop-sla outages` prints it')
        .requiredOption('--from <time>', 'when it began')
        .requiredOption('--to <time>', 'when it was over')
        .action((name: string, options: EntryOptions) =>
          enter(options, context, { port: '', of: refOf(name) }),
        ),
    )
    .addCommand(
      entry('void', 'say that an outage was none')
        .argument('<outage>', 'its name, as `pop-sla outages` prints it')
        .action((name: string, options: EntryOptions) =>
          enter(options, context, { port: '', of: refOf(name) }),
        ),
    );
}

const entry = (name: string, summary: string): Command =>
  new Command(name)
    .description(summary)
    .requiredOption('--reason <text>', 'why')
    .option('--evidence <text>', 'what shows it: a ticket, say')
    .addOption(attachOption())
    .addOption(actorOption())
    .addOption(jsonOption())
    .addOption(configOption());

function refOf(name: string) {
  const ref = parseRef(name);
  if (ref) return ref;
  throw new ExitError(
    exitCodes.badInput,
    `pop-sla: '${name}' is no outage; allowed: PORT@OBSERVER/START or C…, as \`pop-sla outages\` prints it`,
  );
}

async function list(options: ListOptions, context: Context): Promise<void> {
  const from = await timeArgument('from', options.from);
  const to = await timeArgument('to', options.to);
  await withLedger(options, context, async ({ ledgerService }) => {
    const { port } = options;
    const query = {
      ...(port !== undefined && { port }),
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
    };
    const found = await ledgerService.attributed(await ledgerService.outages(query));
    const { networkOf } = ledgerService;
    if (options.json) {
      const { outageJson } = await import('../../render/ledger.js');
      printJson({ outages: found.map((one) => outageJson(one, networkOf)) }, context);
      return;
    }
    const { outagesTable } = await import('../../render/ledger.js');
    const { tracesText } = await import('../../render/ledger/traces.js');
    context.stdout.write(outagesTable(found));
    for (const { ref, traces } of found) if (traces) context.stdout.write(tracesText(ref, traces, networkOf));
  });
}

async function enter(
  options: EntryOptions,
  context: Context,
  target: { readonly port: string; readonly of: ReturnType<typeof parseRef> },
): Promise<void> {
  const actor = actorOf(options, context);
  const from = await timeArgument('from', options.from);
  const to = await timeArgument('to', options.to);
  await withLedger({ ...options, write: true }, context, async (ledger) => {
    const attachments = await ledger.attach(options.attach);
    const interval = from === undefined || to === undefined ? null : { from, to };
    const { reason, evidence = null } = options;
    const id = await ledger.ledgerService.correct(actor, {
      ...target,
      interval,
      reason,
      evidence,
      attachments,
    });
    if (options.json) printJson({ id }, context);
    else context.stdout.write(`${id} is entered\n`);
  });
}

interface AvailabilityOptions extends ConfigOptions {
  readonly month: string;
  readonly json?: true;
}

export function availabilityCommand(context: Context): Command {
  return new Command('availability')
    .summary('show the availability and credit of every service in a month')
    .description(
      'Judges a month by the plans of its services, from what was watched, entered by hand and excused until now. A ' +
        'month that is not over has two availabilities: SO FAR, of the time that has passed, and WHOLE MONTH, which it ' +
        'comes to if nothing more happens.\n\n' +
        'UNOBSERVED is time in which nobody watched: it is no outage, and no proof of service. AT LEAST is the ' +
        'availability with all of it down, and OBSERVED how much was watched. A commitment that only the availability ' +
        'meets, and not what it is at least, is "not shown": neither met nor not met. When the edges of the ' +
        'measured outages leave it open how much is credited, the last column says between which amounts it lies.',
    )
    .requiredOption('--month <month>', 'the month, as 2026-10', monthArgument)
    .addOption(jsonOption())
    .addOption(configOption())
    .addHelpText(
      'after',
      '\nExamples:\n  $ pop-sla availability --month 2026-10\n  $ pop-sla availability --month 2026-10 --json',
    )
    .action((options: AvailabilityOptions) =>
      withLedger(options, context, async (ledger) => {
        const judged = await ledger.month(options.month);
        const { availabilityJson, serviceViews, unjudgedOf } = await import('../../render/availability.js');
        if (options.json) {
          printJson(availabilityJson(options.month, judged, context.now()), context);
          return;
        }
        const { availabilityTable } = await import('../../render/ledger.js');
        context.stdout.write(availabilityTable(judged.flatMap((one) => serviceViews(one, context.now()))));
        for (const { service, reason } of unjudgedOf(judged))
          context.stdout.write(`${service} can't be judged: ${reason}\n`);
      }),
    );
}

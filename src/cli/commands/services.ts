import { Command } from 'commander';
import {
  configOption,
  type ConfigOptions,
  type Context,
  exitCodes,
  ExitError,
  jsonOption,
} from '../context.js';
import { dayOf, entering, listing, onOption, say, withdrawCommand, written } from './customers.js';
import { type ActorOptions, again, printJson, withLedger } from '../with-ledger.js';

type Options = ActorOptions & { readonly reason?: string; readonly json?: true };
const list = 'services';

/** Services and the lines they are on. */
export function servicesCommand(context: Context): Command {
  return new Command('services')
    .summary('show, enter, change or end services and their lines')
    .description(
      'What customers buy: a plan and a class, lines on PoP ports, paths, a rent. A change holds from a day on, and a ' +
        'month is judged by what held in it: a change inside a month splits the service there. Days are those of the ' +
        "plan's zone.",
    )
    .addCommand(listing(context, list, 'print every service, a line for each of its terms'))
    .addCommand(showCommand(context))
    .addCommand(addCommand(context))
    .addCommand(changeCommand(context))
    .addCommand(endCommand(context))
    .addCommand(linesCommand(context))
    .addCommand(withdrawCommand(context))
    .addHelpText(
      'after',
      '\nExamples:\n  $ pop-sla services lines add hb-1 --pop HKG --actor ann\n' +
        '  $ pop-sla services add hb-backbone --customer harbour-bank --site harbour-central --start 2026-12-01 \\\n' +
        "      --plan ctg-cloud-connection --class protected-single --line hb-1 --path 'HKG>SIN' \\\n" +
        '      --rent 12000.00 --currency HKD --actor ann\n' +
        '  $ pop-sla services change hb-backbone --from 2027-01-16 --rent 13000.00 --actor ann\n' +
        '  $ pop-sla services end hb-backbone --on 2027-12-01 --actor ann',
    );
}

function showCommand(context: Context): Command {
  return new Command('show')
    .description('print one service, a line for each of its terms')
    .argument('<id>', 'the service')
    .addOption(jsonOption())
    .addOption(configOption())
    .action((id: string, options: ConfigOptions & { readonly json?: true }) =>
      withLedger(options, context, async ({ registry }) => {
        const view = await registry.read();
        const services = view.book.services.filter((one) => one.id === id);
        if (services.length === 0) {
          const ids = [...new Set(view.book.services.map((one) => one.id))];
          const known = ids.join(', ') || 'nothing: there are no services';
          throw new ExitError(exitCodes.badInput, `pop-sla: id: is no service; allowed: ${known}`);
        }
        const shownView = { ...view, book: { ...view.book, services } };
        if (options.json) {
          const { servicesJson } = await import('../../render/customers.js');
          printJson({ services: servicesJson(shownView) }, context);
          return;
        }
        const { servicesTable } = await import('../../render/customers.js');
        context.stdout.write(servicesTable(shownView));
      }),
    );
}

interface TermsOptions extends Options {
  readonly plan?: string;
  readonly class?: string;
  readonly line?: string[];
  readonly path?: string[];
  readonly rent?: string;
  readonly currency?: string;
  readonly taxPercent?: string;
}

const withTerms = (command: Command): Command =>
  entering(
    command
      .option('--plan <id>', 'the plan that judges it')
      .option('--class <class>', "one of the plan's classes; it says how many lines there are")
      .option('--line <id>', 'a line it is on; may come again', again)
      .option(
        '--path <path>',
        'a path whose latency and loss it is promised, in quotes; may come again',
        again,
      )
      .option('--rent <amount>', 'a month, tax included')
      .option('--currency <code>', 'ISO 4217')
      .option('--tax-percent <percent>', 'contained in the rent (default: what the plan says)'),
  );

const termsOf = ({ plan, class: serviceClass, line, path, rent, currency, taxPercent }: TermsOptions) =>
  written({ plan, class: serviceClass, lines: line, paths: path, rent, currency, taxPercent });

interface AddOptions extends TermsOptions {
  readonly customer: string;
  readonly site: string;
  readonly start: string;
  readonly end?: string;
}

function addCommand(context: Context): Command {
  const command = new Command('add')
    .description('enter a service')
    .argument('<id>', 'a new id')
    .requiredOption('--customer <id>', 'who buys it')
    .requiredOption('--site <id>', 'where it ends: a site of that customer')
    .requiredOption('--start <day>', 'its first day, as 2026-12-01')
    .option('--end <day>', 'the first day without it (default: no end is known)');
  return withTerms(command).action((id: string, options: AddOptions) => {
    const { customer, site, start, end } = options;
    const item = { ...written({ id, customer, site, start, end }), ...termsOf(options) };
    return say(options, context, { does: 'add', list, item });
  });
}

function changeCommand(context: Context): Command {
  const command = new Command('change')
    .description('change the terms of a service that was entered, from a day on; the rest stays as it was')
    .argument('<id>', 'the service, or the entry that added it')
    .requiredOption('--from <day>', 'from which day it holds, as 2027-01-16');
  return withTerms(command).action((of: string, options: TermsOptions & { readonly from: string }) =>
    say(options, context, { does: 'change', list, of, item: { from: options.from, ...termsOf(options) } }),
  );
}

function endCommand(context: Context): Command {
  return entering(
    new Command('end')
      .description('say on which day a service that was entered is no more')
      .argument('<id>', 'the service, or the entry that added it')
      .addOption(onOption()),
  ).action((of: string, options: Options & { readonly on: string }) =>
    say(options, context, { does: 'end', list, of, day: dayOf(options.on) }),
  );
}

function linesCommand(context: Context): Command {
  return new Command('lines')
    .description("customers' lines and the PoP whose port each ends on")
    .addCommand(listing(context, 'lines', 'print every line'))
    .addCommand(
      entering(
        new Command('add')
          .description('enter a line')
          .argument('<id>', 'a new id')
          .requiredOption('--pop <id>', 'the PoP whose port it ends on'),
      ).action((id: string, options: Options & { readonly pop: string }) =>
        say(options, context, { does: 'add', list: 'lines', item: { id, pop: options.pop } }),
      ),
    );
}

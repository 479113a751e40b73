import { Command, InvalidArgumentError, Option } from 'commander';
import type { RegistryList, WrittenItem } from '../../core/customer/actions.js';
import {
  configOption,
  type ConfigOptions,
  type Context,
  exitCodes,
  ExitError,
  jsonOption,
} from '../context.js';
import { actorOf, actorOption, type ActorOptions, printJson, withLedger } from '../with-ledger.js';

interface Entering extends ActorOptions {
  readonly reason?: string;
  readonly json?: true;
}

const reasonOption = (): Option => new Option('--reason <text>', 'why; kept with the entry');

/** Options → the keys of an item; what was not given is not there. */
export const written = (
  values: Readonly<Record<string, string | readonly string[] | undefined>>,
): WrittenItem =>
  Object.fromEntries(
    Object.entries(values).filter(
      (pair): pair is [string, string | readonly string[]] => pair[1] !== undefined,
    ),
  );

/** A command that enters something: it gets its actor, its reason and its answer. */
export function entering(command: Command): Command {
  return command
    .addOption(reasonOption())
    .addOption(actorOption())
    .addOption(jsonOption())
    .addOption(configOption());
}

/** Enters it, and says by which entry. */
export async function say(
  options: Entering,
  context: Context,
  what: { readonly list: RegistryList } & (
    | { readonly does: 'add'; readonly item: WrittenItem }
    | { readonly does: 'change'; readonly of: string; readonly item: WrittenItem }
    | { readonly does: 'end'; readonly of: string; readonly day: string | null }
    | { readonly does: 'withdraw'; readonly of: string }
  ),
): Promise<void> {
  const actor = actorOf(options, context);
  await withLedger({ ...options, write: true }, context, async ({ registry }) => {
    const { reason = null } = options;
    const { list } = what;
    const done = () => {
      switch (what.does) {
        case 'add':
          return registry.add(actor, list, what.item, reason);
        case 'change':
          return registry.change(actor, { list, of: what.of }, what.item, reason);
        case 'end':
          return registry.end(actor, { list, of: what.of }, what.day, reason);
        case 'withdraw':
          return registry.withdraw(actor, what.of, reason);
      }
    };
    const entry = await done();
    if (options.json) printJson({ entry }, context);
    else context.stdout.write(`${entry} is entered\n`);
  });
}

/** `never`: no end is known any more. */
export const onOption = (): Option =>
  new Option('--on <day>', 'the first day without it, as 2027-03-01; or never: no end is known any more')
    .makeOptionMandatory()
    .argParser((text: string) => {
      if (text === 'never' || /^\d{4}-\d\d-\d\d$/.test(text)) return text;
      throw new InvalidArgumentError('allowed: a day, as 2027-03-01, or never');
    });

export const dayOf = (on: string): string | null => (on === 'never' ? null : on);

/** A command that prints one list of the book in force. */
export function listing(context: Context, list: RegistryList, description: string): Command {
  return new Command('list')
    .description(description)
    .addOption(jsonOption())
    .addOption(configOption())
    .action((options: ConfigOptions & { readonly json?: true }) =>
      withLedger(options, context, async ({ registry }) => {
        const view = await registry.read();
        if (options.json) {
          const json = await import('../../render/customers.js');
          const items = {
            customers: json.customersJson,
            resale: json.resaleJson,
            sites: json.sitesJson,
            lines: json.linesJson,
            services: json.servicesJson,
          };
          printJson({ [list]: items[list](view) }, context);
          return;
        }
        const tables = await import('../../render/customers.js');
        const texts = {
          customers: tables.customersTable,
          resale: tables.resaleTable,
          sites: tables.sitesTable,
          lines: tables.linesTable,
          services: tables.servicesTable,
        };
        context.stdout.write(texts[list](view));
      }),
    );
}

type Options = ActorOptions & { readonly reason?: string; readonly json?: true };
type Show = ConfigOptions & { readonly json?: true };

/** Customers, who resells to whom, and where services end. */
export function customersCommand(context: Context): Command {
  return new Command('customers')
    .summary('show, enter or change customers, their sites and who resells to whom')
    .description(
      'Customers stand in the file that the configuration names, or are entered here; an id is either in the file or ' +
        'entered, and what is in the file is changed there. Every entry is kept with who made it and when; it can be ' +
        'taken back, never erased.',
    )
    .addCommand(listing(context, 'customers', 'print every customer'))
    .addCommand(showCommand(context))
    .addCommand(addCommand(context))
    .addCommand(changeCommand(context))
    .addCommand(sitesCommand(context))
    .addCommand(resaleCommand(context))
    .addCommand(entriesCommand(context))
    .addCommand(withdrawCommand(context))
    .addHelpText(
      'after',
      '\nExamples:\n  $ pop-sla customers add harbour-bank --name "Harbour Bank" --locale zh-HK --zone Asia/Hong_Kong \\\n' +
        '      --actor ann\n' +
        '  $ pop-sla customers sites add harbour-central --customer harbour-bank --actor ann\n' +
        '  $ pop-sla customers resale add lion-networks harbour-bank --from 2026-12-01 --actor ann',
    );
}

function showCommand(context: Context): Command {
  return new Command('show')
    .description('print one customer with its sites and services')
    .argument('<id>', 'the customer')
    .addOption(jsonOption())
    .addOption(configOption())
    .action((id: string, options: Show) =>
      withLedger(options, context, async ({ registry }) => {
        const view = await registry.read();
        const { customersJson, resaleJson, servicesJson, sitesJson } =
          await import('../../render/customers.js');
        const customer = customersJson(view).find((one) => one.id === id);
        if (!customer) {
          const known =
            view.book.customers.map((one) => one.id).join(', ') || 'nothing: there are no customers';
          throw new ExitError(exitCodes.badInput, `pop-sla: id: is no customer; allowed: ${known}`);
        }
        const mine = (one: { readonly customer: string }): boolean => one.customer === id;
        const sites = sitesJson(view).filter(mine);
        const services = servicesJson(view).filter(mine);
        const resale = resaleJson(view).filter(({ seller, buyer }) => seller === id || buyer === id);
        if (options.json) {
          printJson({ ...customer, sites, services, resale }, context);
          return;
        }
        const tables = await import('../../render/customers.js');
        const { book } = view;
        const own = {
          ...view,
          book: {
            ...book,
            customers: book.customers.filter((one) => one.id === id),
            sites: book.sites.filter(mine),
            services: book.services.filter(mine),
            resale: book.resale.filter(({ seller, buyer }) => seller === id || buyer === id),
          },
        };
        const parts = [tables.customersTable, tables.sitesTable, tables.servicesTable, tables.resaleTable];
        context.stdout.write(parts.map((part) => part(own)).join('\n'));
      }),
    );
}

interface CustomerOptions extends Options {
  readonly name?: string;
  readonly locale?: string;
  readonly zone?: string;
  readonly address?: readonly string[];
  readonly city?: string;
  readonly postcode?: string;
  readonly country?: string;
  readonly taxId?: string;
  readonly registration?: string;
  readonly billTo?: string;
}

const itemOf = (options: CustomerOptions) => {
  const { name, locale, zone: timeZone, address, city, postcode, country } = options;
  const { taxId, registration, billTo } = options;
  return written({ name, locale, timeZone, address, city, postcode, country, taxId, registration, billTo });
};

const withCustomerOptions = (command: Command): Command =>
  entering(
    command
      .option('--name <name>', 'as people call it')
      .option('--locale <tag>', 'the language of what is sent to it, as en or zh-CN')
      .option('--zone <zone>', 'how times are shown to it, as Asia/Hong_Kong')
      .option(
        '--address <lines...>',
        'where it is, for credit notes: lines without city, postcode and country',
      )
      .option('--city <city>', 'for credit notes')
      .option('--postcode <code>', 'for credit notes')
      .option('--country <code>', 'by ISO 3166-1, as HK')
      .option('--tax-id <id>', 'for credit notes')
      .option('--registration <id>', 'in a register of companies')
      .option(
        '--bill-to <id>',
        'the customer that is billed in its place (default: its distributor, or itself)',
      ),
  );

function addCommand(context: Context): Command {
  return withCustomerOptions(
    new Command('add').description('enter a customer').argument('<id>', 'a new id'),
  ).action((id: string, options: CustomerOptions) =>
    say(options, context, { does: 'add', list: 'customers', item: { id, ...itemOf(options) } }),
  );
}

function changeCommand(context: Context): Command {
  return withCustomerOptions(
    new Command('change')
      .description('give a customer that was entered another name, locale, time zone or billing data')
      .argument('<id>', 'the customer'),
  ).action((of: string, options: CustomerOptions) =>
    say(options, context, { does: 'change', list: 'customers', of, item: itemOf(options) }),
  );
}

function sitesCommand(context: Context): Command {
  const list = 'sites';
  return new Command('sites')
    .description('where services end; credits are capped by site')
    .addCommand(listing(context, list, 'print every site'))
    .addCommand(
      entering(
        new Command('add')
          .description('enter a site of a customer')
          .argument('<id>', 'a new id')
          .requiredOption('--customer <id>', 'whose it is')
          .option('--name <name>', 'as people call it'),
      ).action((id: string, options: Options & { readonly customer: string; readonly name?: string }) => {
        const { customer, name } = options;
        return say(options, context, { does: 'add', list, item: written({ id, customer, name }) });
      }),
    )
    .addCommand(
      entering(
        new Command('change')
          .description('give a site that was entered another name')
          .argument('<id>', 'the site')
          .requiredOption('--name <name>', 'as people call it'),
      ).action((of: string, options: Options & { readonly name: string }) =>
        say(options, context, { does: 'change', list, of, item: { name: options.name } }),
      ),
    );
}

function resaleCommand(context: Context): Command {
  const list = 'resale';
  return new Command('resale')
    .description('who sells to whom: distributor → reseller → end customer; a buyer has one seller at a time')
    .addCommand(listing(context, list, 'print every resale link'))
    .addCommand(
      entering(
        new Command('add')
          .description('enter that one customer sells to another')
          .argument('<seller>', 'the customer who sells')
          .argument('<buyer>', 'the customer who buys')
          .requiredOption('--from <day>', 'the first day, as 2026-12-01')
          .option('--to <day>', 'the first day without it (default: no end is known)'),
      ).action(
        (seller: string, buyer: string, options: Options & { readonly from: string; readonly to?: string }) =>
          say(options, context, {
            does: 'add',
            list,
            item: written({ seller, buyer, from: options.from, to: options.to }),
          }),
      ),
    )
    .addCommand(
      entering(
        new Command('end')
          .description('say on which day a link that was entered is no more')
          .argument('<entry>', 'the entry that added it, as `customers resale list` prints it: B7')
          .addOption(onOption()),
      ).action((of: string, options: Options & { readonly on: string }) =>
        say(options, context, { does: 'end', list, of, day: dayOf(options.on) }),
      ),
    );
}

function entriesCommand(context: Context): Command {
  return new Command('entries')
    .description('print every entry of customers, sites, lines, services and resale, those taken back too')
    .addOption(jsonOption())
    .addOption(configOption())
    .action((options: Show) =>
      withLedger(options, context, async ({ registry }) => {
        const { entered } = await registry.read();
        if (options.json) {
          const { enteredJson } = await import('../../render/customers.js');
          printJson({ entered: entered.map(enteredJson) }, context);
          return;
        }
        const { entriesTable } = await import('../../render/customers.js');
        context.stdout.write(entriesTable(entered));
      }),
    );
}

/** Of any list: an entry's id says which. */
export function withdrawCommand(context: Context): Command {
  return entering(
    new Command('withdraw')
      .description('take an entry back: what it said counts no more')
      .argument('<entry>', 'as `customers entries` prints it: B7'),
  ).action((of: string, options: Options) =>
    say(options, context, { does: 'withdraw', list: 'customers', of }),
  );
}

import { Command, InvalidArgumentError, Option } from 'commander';
import type { BookList, WrittenItem } from '../../core/customer/entered.js';
import type { Context } from '../context.js';
import { actorOf, actorOption, printJson, withLedger, type ActorOptions } from '../ledger/with-ledger.js';
import { configOption, jsonOption, type ConfigOptions } from '../options.js';

interface Entering extends ActorOptions {
  readonly reason?: string;
  readonly json?: true;
}

export const reasonOption = (): Option => new Option('--reason <text>', 'why; kept with the entry');

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
  what: { readonly list: BookList } & (
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
export function listing(context: Context, list: BookList, description: string): Command {
  return new Command('list')
    .description(description)
    .addOption(jsonOption())
    .addOption(configOption())
    .action((options: ConfigOptions & { readonly json?: true }) =>
      withLedger(options, context, async ({ registry }) => {
        const view = await registry.read();
        if (options.json) {
          const json = await import('../../render/customers/json.js');
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
        const tables = await import('../../render/customers/tables.js');
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

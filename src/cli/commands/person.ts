import { Command, Option } from 'commander';
import type { Contact } from '../../store/access-store.js';
import { configOption, type ConfigOptions, type Context, jsonOption } from '../context.js';
import { withBilling } from '../with-billing.js';
import { actorOf, actorOption, type ActorOptions, printJson } from '../with-ledger.js';

type ListOptions = ConfigOptions & { readonly customer?: string; readonly json?: true };
type DataOptions = ActorOptions & {
  readonly customer?: string;
  readonly name?: string;
  readonly email?: string;
  readonly phone?: string;
  readonly notices?: 'on' | 'off';
  readonly json?: true;
};

export function personCommand(context: Context): Command {
  const command = new Command('person')
    .summary('people at customers: list, show, add, correct or erase')
    .description(
      'Names, e-mail addresses and telephone numbers stand here alone: statements, disputes and the audit trail name ' +
        'ids. What is erased is gone from the database at once; backups that were made before still have it.',
    );
  command
    .command('list')
    .description('print everybody')
    .option('--customer <id>', 'of this customer')
    .addOption(jsonOption())
    .addOption(configOption())
    .action((options: ListOptions) =>
      withBilling(options, context, async ({ contacts }) => {
        show(await contacts.list(options.customer), options, context);
      }),
    );
  command
    .command('show')
    .description('print all that is known of somebody')
    .argument('<id>', 'as `person list` prints it')
    .addOption(jsonOption())
    .addOption(configOption())
    .action((id: string, options: ListOptions) =>
      withBilling(options, context, async ({ contacts }) => {
        show([await contacts.show(id)], options, context);
      }),
    );
  dataOf(command.command('add').description('add somebody'))
    .requiredOption('--customer <id>', 'where they work')
    .action((options: DataOptions) => {
      const actor = actorOf(options, context);
      return withBilling({ ...options, write: true }, context, async ({ contacts }) => {
        const { customer = '', name = null, email = null, phone = null } = options;
        const data = { name, email, phone };
        show([await contacts.add(actor, customer, data, options.notices !== 'off')], options, context);
      });
    });
  dataOf(command.command('correct').description('change what is known; an empty text takes a field away'))
    .argument('<id>', 'as `person list` prints it')
    .action((id: string, options: DataOptions) => {
      const actor = actorOf(options, context);
      return withBilling({ ...options, write: true }, context, async ({ contacts }) => {
        const data = Object.fromEntries(
          (['name', 'email', 'phone'] as const).flatMap((field) => {
            const text = options[field];
            return text === undefined ? [] : [[field, text === '' ? null : text]];
          }),
        );
        const { notices } = options;
        const change = notices === undefined ? data : { ...data, notices: notices === 'on' };
        show([await contacts.correct(actor, id, change)], options, context);
      });
    });
  command
    .command('erase')
    .description('forget somebody: the id stays, and that they were erased')
    .argument('<id>', 'as `person list` prints it')
    .addOption(actorOption())
    .addOption(jsonOption())
    .addOption(configOption())
    .action((id: string, options: DataOptions) => {
      const actor = actorOf(options, context);
      return withBilling({ ...options, write: true }, context, async ({ contacts }) => {
        show([await contacts.erase(actor, id)], options, context);
      });
    });
  return command;
}

const dataOf = (command: Command): Command =>
  command
    .option('--name <name>', 'what they are called')
    .option('--email <address>', 'their e-mail address')
    .option('--phone <number>', 'their telephone number')
    .addOption(
      new Option('--notices <switch>', 'whether they get mails on statements and credits').choices([
        'on',
        'off',
      ]),
    )
    .addOption(actorOption())
    .addOption(jsonOption())
    .addOption(configOption());

function show(people: readonly Contact[], { json }: { readonly json?: true }, context: Context): void {
  if (json) {
    printJson({ people }, context);
    return;
  }
  if (people.length === 0) context.stdout.write('Nobody.\n');
  for (const { id, customer, name, email, phone, erasedAt, mutedAt } of people) {
    const known = [name, email, phone].flatMap((each) => each ?? []);
    if (mutedAt !== null) known.push('no mails');
    context.stdout.write(`${[id, customer, ...(erasedAt === null ? known : ['erased'])].join('  ')}\n`);
  }
}

import { Command } from 'commander';
import { roles } from '../../core/access/principal.js';
import type { Context } from '../context.js';
import { again, printJson } from '../ledger/with-ledger.js';
import { configOption, jsonOption, type ConfigOptions } from '../options.js';
import { readPassword } from './read-password.js';
import { traceOf, withRegistry } from './with-registry.js';

interface AddOptions extends ConfigOptions {
  readonly role: readonly string[];
  readonly customer?: string;
}

type ShowOptions = ConfigOptions & { readonly json?: true };

export function userCommand(context: Context): Command {
  const command = new Command('user')
    .summary('add, list and lock out people who sign in with a password')
    .description(
      'People who sign in with a password that is kept here. Where there is an OpenID Connect provider nobody needs ' +
        'one (see http.auth.oidc in the configuration).',
    );
  for (const each of [addCommand, passwdCommand, listCommand, disableCommand])
    command.addCommand(each(context));
  return command;
}

const passwordHelp =
  '\nThe password is a line of standard input: 8 characters or more, of three of the four classes (small letters, ' +
  'capital letters, digits, others). On a terminal it is asked for.';

function addCommand(context: Context): Command {
  return new Command('add')
    .description('let somebody sign in')
    .argument('<name>', 'what the user signs in as')
    .requiredOption('--role <role>', `${roles.join(', ')}; may come again`, again)
    .option('--customer <id>', 'whose things the roles customer and reseller see')
    .addOption(configOption())
    .addHelpText('after', `${passwordHelp}\n\nExample:\n  $ pop-sla user add ann --role noc`)
    .action((name: string, options: AddOptions) =>
      withRegistry({ ...options, write: true }, context, async (registry) => {
        const { role, customer = null } = options;
        await registry.addUser({ name, roles: role, customer, password: await readPassword(context) });
        await traceOf(registry, context, 'user:add', name);
        context.stdout.write(`${name} may sign in\n`);
      }),
    );
}

function passwdCommand(context: Context): Command {
  return new Command('passwd')
    .description('give a user another password; it ends the sessions of that user')
    .argument('<name>', 'as `user list` prints it')
    .addOption(configOption())
    .addHelpText('after', passwordHelp)
    .action((name: string, options: ConfigOptions) =>
      withRegistry({ ...options, write: true }, context, async (registry) => {
        await registry.setPassword(name, await readPassword(context));
        await traceOf(registry, context, 'user:passwd', name);
        context.stdout.write(`${name} has another password\n`);
      }),
    );
}

function listCommand(context: Context): Command {
  return new Command('list')
    .description('print every user')
    .addOption(jsonOption())
    .addOption(configOption())
    .action((options: ShowOptions) =>
      withRegistry(options, context, async (registry) => {
        const users = await registry.users();
        const { userJson } = await import('../../render/access/json.js');
        const { usersTable } = await import('../../render/access/tables.js');
        if (options.json) printJson({ users: users.map(userJson) }, context);
        else context.stdout.write(usersTable(users));
      }),
    );
}

function disableCommand(context: Context): Command {
  return new Command('disable')
    .description('let a user sign in no more; it ends the sessions of that user')
    .argument('<name>', 'as `user list` prints it')
    .addOption(configOption())
    .action((name: string, options: ConfigOptions) =>
      withRegistry({ ...options, write: true }, context, async (registry) => {
        await registry.disableUser(name);
        await traceOf(registry, context, 'user:disable', name);
        context.stdout.write(`${name} is locked out\n`);
      }),
    );
}

import { Command } from 'commander';
import type * as App from '../../app.js';
import { roles } from '../../core/access/rules.js';
import {
  configOption,
  type ConfigOptions,
  type Context,
  exitCodes,
  ExitError,
  jsonOption,
  readConfig,
} from '../context.js';
import { again, printJson } from '../with-ledger.js';

interface Terminal {
  readonly isTTY?: boolean;
  setRawMode?(on: boolean): unknown;
}

/** A line of standard input; on a terminal it is asked for, and not shown. */
async function readPassword({ stdin, stderr }: Context): Promise<string> {
  const terminal = stdin as Terminal;
  const hide = terminal.isTTY === true;
  if (hide) {
    stderr.write('Password: ');
    terminal.setRawMode?.(true);
  }
  try {
    let line = '';
    for await (const chunk of stdin) {
      for (const character of typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()) {
        if (character === '\n' || character === '\r') return line;
        if (hide && character === '\u0003') throw new ExitError(exitCodes.fault, 'pop-sla: interrupted');
        line = hide && character === '\u007f' ? line.slice(0, -1) : line + character;
      }
    }
    return line;
  } finally {
    if (hide) {
      terminal.setRawMode?.(false);
      stderr.write('\n');
    }
  }
}

type Registry = App.OpenRegistry;

export async function withRegistry(
  options: ConfigOptions & { readonly write?: boolean },
  context: Context,
  work: (registry: Registry) => Promise<void>,
): Promise<void> {
  const config = await readConfig(options, context);
  const { openRegistry } = await context.app();
  const registry = await openRegistry({ config, now: context.now, write: options.write ?? false });
  try {
    await work(registry);
  } finally {
    await registry.close();
  }
}

/** Writes down that a command did something. */
function traceOf(registry: Registry, { env }: Context, action: string, target: string): Promise<void> {
  const name = env['POP_SLA_ACTOR']?.trim() ?? '';
  const who = { principal: 'cli', name: name === '' ? 'cli' : name.slice(0, 100), from: 'cli' };
  return registry.leaveTrace({ ...who, action, target, status: 0, amounts: false });
}

interface CreateOptions extends ConfigOptions {
  readonly name: string;
  readonly role: readonly string[];
  readonly customer?: string;
  readonly scope?: readonly string[];
  readonly expires: string;
  readonly json?: true;
}

type ShowOptions = ConfigOptions & { readonly json?: true };

export function tokenCommand(context: Context): Command {
  const command = new Command('token').description(
    'make, list and revoke the tokens that programs show to the API',
  );
  for (const each of [createCommand, listCommand, revokeCommand]) command.addCommand(each(context));
  return command;
}

function createCommand(context: Context): Command {
  return new Command('create')
    .summary('make a token')
    .description(
      'Makes a token and prints it, once: only its hash is kept. From the first token on nobody is served who shows ' +
        'none and did not sign in.',
    )
    .requiredOption('--name <name>', 'what it is for')
    .requiredOption('--role <role>', `${roles.join(', ')}; may come again`, again)
    .option('--customer <id>', 'whose things the roles customer and reseller see')
    .option(
      '--scope <scope>',
      'of its rights only these: read, write, a family such as rounds, or one such as rounds:read; may come again',
      again,
    )
    .option('--expires <when>', 'a duration such as 90d, a date, an instant with its offset, or never', '90d')
    .addOption(jsonOption())
    .addOption(configOption())
    .addHelpText(
      'after',
      '\nExamples:\n  $ pop-sla token create --name grafana --role noc --scope read\n' +
        '  $ pop-sla token create --name "the bank\'s script" --role customer --customer bank --expires 365d',
    )
    .action((options: CreateOptions) =>
      withRegistry({ ...options, write: true }, context, async (registry) => {
        const { name, role, customer = null, scope = null, expires } = options;
        const expiresAt = await readExpiry(expires, context.now());
        const grant = { roles: role, customer, scopes: scope };
        const { token, record } = await registry.createToken({ name, expiresAt, ...grant });
        await traceOf(registry, context, 'token:create', record.id);
        const { tokenJson } = await import('../../render/access.js');
        if (options.json) printJson({ token, ...tokenJson(record, context.now()) }, context);
        else {
          context.stderr.write(`token ${record.id}, shown this once:\n`);
          context.stdout.write(`${token}\n`);
        }
      }),
    );
}

function listCommand(context: Context): Command {
  return new Command('list')
    .description('print every token, without what is secret of it')
    .addOption(jsonOption())
    .addOption(configOption())
    .action((options: ShowOptions) =>
      withRegistry(options, context, async (registry) => {
        const tokens = await registry.tokens();
        const { tokenJson } = await import('../../render/access.js');
        const { tokensTable } = await import('../../render/access.js');
        const now = context.now();
        if (options.json) printJson({ tokens: tokens.map((token) => tokenJson(token, now)) }, context);
        else context.stdout.write(tokensTable(tokens, now));
      }),
    );
}

function revokeCommand(context: Context): Command {
  return new Command('revoke')
    .description('let a token open nothing any more, at once and for ever')
    .argument('<id>', 'as `token list` prints it: the eight digits that the token starts with')
    .addOption(configOption())
    .action((id: string, options: ConfigOptions) =>
      withRegistry({ ...options, write: true }, context, async (registry) => {
        await registry.revokeToken(id);
        await traceOf(registry, context, 'token:revoke', id);
        context.stdout.write(`${id} is revoked\n`);
      }),
    );
}

async function readExpiry(text: string, now: number): Promise<number | null> {
  if (text === 'never') return null;
  const { parseDurationUs } = await import('../../config/scalars.js');
  const { parseDateOrInstant } = await import('../../config/scalars.js');
  const lasts = parseDurationUs(text);
  if (typeof lasts === 'number') return now + Math.floor(lasts / 1000);
  const at = parseDateOrInstant(text);
  if (typeof at === 'number') return at;
  throw new ExitError(
    exitCodes.badInput,
    `pop-sla: --expires: ${JSON.stringify(text)} is no time; allowed: a duration such as 90d, a date such as 2027-01-01, an instant such as 2027-01-01T08:00:00+08:00, or never`,
  );
}

interface AddOptions extends ConfigOptions {
  readonly role: readonly string[];
  readonly customer?: string;
}

export function userCommand(context: Context): Command {
  const command = new Command('user')
    .summary('add, list and lock out people who sign in with a password')
    .description(
      'People who sign in with a password that is kept here. Where there is an OpenID Connect provider nobody needs ' +
        'one (see http.auth.oidc in the configuration).',
    );
  for (const each of [
    addCommand,
    passwdCommand,
    listUsersCommand,
    disableCommand,
    emailCommand,
    resetCommand,
  ])
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

function listUsersCommand(context: Context): Command {
  return new Command('list')
    .description('print every user')
    .addOption(jsonOption())
    .addOption(configOption())
    .action((options: ShowOptions) =>
      withRegistry(options, context, async (registry) => {
        const users = await registry.users();
        const { userJson } = await import('../../render/access.js');
        const { usersTable } = await import('../../render/access.js');
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

function emailCommand(context: Context): Command {
  return new Command('email')
    .description(
      'where mails on statements and credits go to a user; without an address it gets none any more',
    )
    .argument('<name>', 'as `user list` prints it')
    .argument('[address]', 'such as ann@carrier.example')
    .addOption(configOption())
    .action((name: string, address: string | undefined, options: ConfigOptions) =>
      withRegistry({ ...options, write: true }, context, async (registry) => {
        await registry.setEmail(name, address ?? null);
        await traceOf(registry, context, 'user:email', name);
        context.stdout.write(address === undefined ? `${name} gets no mails\n` : `${name} gets mails\n`);
      }),
    );
}

function resetCommand(context: Context): Command {
  return new Command('reset-second-factor')
    .description(
      'remove the second factor of a user who has lost it: the password alone signs in then, until another is enrolled',
    )
    .argument('<name>', 'as `user list` prints it')
    .addOption(configOption())
    .action((name: string, options: ConfigOptions) =>
      withRegistry({ ...options, write: true }, context, async (registry) => {
        await registry.resetSecondFactor(name);
        await traceOf(registry, context, 'user:reset-second-factor', name);
        context.stdout.write(`${name} has no second factor any more\n`);
      }),
    );
}

import { Command } from 'commander';
import { roles } from '../../core/access/principal.js';
import type { Context } from '../context.js';
import { ExitWith, exitCodes } from '../exit.js';
import { again, printJson } from '../ledger/with-ledger.js';
import { configOption, jsonOption, type ConfigOptions } from '../options.js';
import { traceOf, withRegistry } from './with-registry.js';

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
        const { tokenJson } = await import('../../render/access/json.js');
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
        const { tokenJson } = await import('../../render/access/json.js');
        const { tokensTable } = await import('../../render/access/tables.js');
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
  const { parseDurationUs } = await import('../../config/scalars/duration.js');
  const { parseInstant } = await import('../../config/scalars/instant.js');
  const lasts = parseDurationUs(text);
  if (typeof lasts === 'number') return now + Math.floor(lasts / 1000);
  const at = parseInstant(text);
  if (typeof at === 'number') return at;
  throw new ExitWith(
    exitCodes.badInput,
    `pop-sla: --expires: ${JSON.stringify(text)} is no time; allowed: a duration such as 90d, a date such as 2027-01-01, an instant such as 2027-01-01T08:00:00+08:00, or never`,
  );
}

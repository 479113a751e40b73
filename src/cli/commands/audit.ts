import { Command, InvalidArgumentError } from 'commander';
import { withRegistry } from './access.js';
import {
  configOption,
  type ConfigOptions,
  type Context,
  exitCodes,
  ExitError,
  jsonOption,
  positiveInteger,
} from '../context.js';
import { printJson, withLedger } from '../with-ledger.js';

interface VerifyOptions extends ConfigOptions {
  readonly json?: true;
  readonly head?: string;
}

interface ListOptions extends ConfigOptions {
  readonly json?: true;
  readonly limit: number;
}

export function auditCommand(context: Context): Command {
  return new Command('audit')
    .summary('who did what, and whether it is as it was written')
    .description(
      'The trail of what was done and of who looked at amounts, and the history of what people entered.',
    )
    .addCommand(listCommand(context))
    .addCommand(verifyCommand(context));
}

function listCommand(context: Context): Command {
  return new Command('list')
    .description('print what was done through the API and with tokens and users, the newest last')
    .option('--limit <count>', 'at most so many, of the newest', positiveInteger, 100)
    .addOption(jsonOption())
    .addOption(configOption())
    .action((options: ListOptions) =>
      withRegistry(options, context, async ({ trail }) => {
        const entries = (await trail.list()).slice(-options.limit);
        const { trailJson } = await import('../../render/access.js');
        const { trailTable } = await import('../../render/access.js');
        if (options.json) printJson({ entries: entries.map(trailJson) }, context);
        else context.stdout.write(trailTable(entries));
      }),
    );
}

function verifyCommand(context: Context): Command {
  return new Command('verify')
    .summary('check that nothing of it was changed')
    .description(
      'Checks the chains of hashes over every entry of the ledger and of the trail, and every attachment by its hash: ' +
        'a changed, missing or exchanged entry is found, and the exit status is 1.\n\n' +
        'That the newest entries were cut off shows only against a hash from before: keep those that are printed ' +
        'elsewhere, and give the first with --head.',
    )
    .option('--head <hash>', 'a hash that was printed before; it has to be in the history', hashArgument)
    .addOption(jsonOption())
    .addOption(configOption())
    .addHelpText('after', '\nExample:\n  $ pop-sla audit verify')
    .action((options: VerifyOptions) =>
      withLedger(options, context, async (ledger) => {
        const found = await ledger.audit(options.head);
        const { ok, faults, trail } = found;
        if (options.json) printJson(found, context);
        else if (ok) {
          const { events, attachments, head } = found;
          context.stdout.write(
            `${events} entries and ${attachments} attachments are as they were written\nhead: ${head}\n` +
              `the trail of ${trail.entries} entries is as it was written\nhead of the trail: ${trail.head}\n`,
          );
        }
        if (!ok) {
          const lines = faults.map((fault) => `pop-sla: ${fault}`).join('\n');
          throw new ExitError(exitCodes.fault, options.json ? '' : lines);
        }
      }),
    );
}

function hashArgument(text: string): string {
  if (/^[0-9a-f]{64}$/.test(text)) return text;
  throw new InvalidArgumentError('allowed: 64 hexadecimal digits, as audit verify prints them');
}

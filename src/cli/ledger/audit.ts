import { Command, InvalidArgumentError } from 'commander';
import type { Context } from '../context.js';
import { ExitWith, exitCodes } from '../exit.js';
import { configOption, jsonOption, type ConfigOptions } from '../options.js';
import { printJson, withLedger } from './with-ledger.js';

interface VerifyOptions extends ConfigOptions {
  readonly json?: true;
  readonly head?: string;
}

export function auditCommand(context: Context): Command {
  return new Command('audit').description('check the history of what people entered').addCommand(
    new Command('verify')
      .summary('check that nothing of it was changed')
      .description(
        'Checks the chain of hashes over every entry, and every attachment by its hash: a changed, missing or ' +
          'exchanged entry is found, and the exit status is 1.\n\n' +
          'That the newest entries were cut off shows only against a hash from before: keep the one that is printed ' +
          'elsewhere, and give it with --head.',
      )
      .option('--head <hash>', 'a hash that was printed before; it has to be in the history', hashArgument)
      .addOption(jsonOption())
      .addOption(configOption())
      .addHelpText('after', '\nExample:\n  $ pop-sla audit verify')
      .action((options: VerifyOptions) =>
        withLedger(options, context, async (ledger) => {
          const found = await ledger.audit(options.head);
          if (options.json) printJson(found, context);
          else if (found.ok) {
            const { events, attachments, head } = found;
            context.stdout.write(
              `${events} entries and ${attachments} attachments are as they were written\nhead: ${head}\n`,
            );
          }
          if (!found.ok) {
            const lines = found.faults.map((fault) => `pop-sla: ${fault}`).join('\n');
            throw new ExitWith(exitCodes.fault, options.json ? '' : lines);
          }
        }),
      ),
  );
}

function hashArgument(text: string): string {
  if (/^[0-9a-f]{64}$/.test(text)) return text;
  throw new InvalidArgumentError('allowed: 64 hexadecimal digits, as audit verify prints them');
}

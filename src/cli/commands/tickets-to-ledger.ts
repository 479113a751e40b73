import { Command } from 'commander';
import { exclusionKinds } from '../../core/exclusion.js';
import { configOption, type Context, jsonOption } from '../context.js';
import { actorOf, actorOption, type ActorOptions, again, timeArgument, withLedger } from '../with-ledger.js';
import { show } from '../show-ticket.js';

interface OutageOptions extends ActorOptions {
  readonly from: string;
  readonly to: string;
  readonly port?: string;
  readonly of?: string;
  readonly reason?: string;
  readonly json?: true;
}

interface ExclusionOptions extends ActorOptions {
  readonly kind: string;
  readonly from: string;
  readonly to: string;
  readonly scope?: string[];
  readonly notice?: string[];
  readonly reason?: string;
  readonly proof?: string;
  readonly json?: true;
}

/** What a report becomes in the ledger. */
export const ledgerCommands = (context: Context): Command[] => [toOutage(context), toExclusion(context)];

const common = (name: string, summary: string): Command =>
  new Command(name)
    .description(summary)
    .argument('<id>', 'as `faults list` prints it')
    .requiredOption('--from <time>', 'when it began')
    .requiredOption('--to <time>', 'when it was over')
    .option('--reason <text>', "why; the report's own subject when left out")
    .addOption(actorOption())
    .addOption(jsonOption())
    .addOption(configOption());

function toOutage(context: Context): Command {
  return common('to-outage', 'enter an outage by a report, or correct one')
    .option('--port <pop>', "the PoP whose port was down (default: the path's destination)")
    .option('--of <outage>', 'the outage to correct, as `pop-sla outages` prints it')
    .action(async (id: string, options: OutageOptions) => {
      const actor = actorOf(options, context);
      const from = (await timeArgument('from', options.from)) ?? 0;
      const to = (await timeArgument('to', options.to)) ?? 0;
      await withLedger({ ...options, write: true }, context, async ({ faults }) => {
        const { of = null, port = null, reason = null } = options;
        const request = { from, to, of, port, reason };
        await show(await faults.desk.toOutage({ name: actor, side: 'noc' }, id, request), options, context);
      });
    });
}

function toExclusion(context: Context): Command {
  return common('to-exclusion', 'propose an exclusion by a report, for a second person to approve')
    .requiredOption('--kind <kind>', exclusionKinds.join(', '))
    .option(
      '--scope <scope>',
      "pop:ID, path:A>B, service:ID …; may come again (default: the report's path)",
      again,
    )
    .option('--notice <time>', 'when notice was given; may come again', again)
    .option('--proof <text>', 'what proves it')
    .action((id: string, options: ExclusionOptions) => {
      const actor = actorOf(options, context);
      return withLedger({ ...options, write: true }, context, async ({ faults }) => {
        const { kind, from, to, scope, notice: notices, reason, proof } = options;
        const request = { kind, from, to, scope, notices, reason, proof };
        await show(
          await faults.desk.toExclusion({ name: actor, side: 'noc' }, id, request),
          options,
          context,
        );
      });
    });
}

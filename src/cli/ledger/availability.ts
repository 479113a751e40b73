import { Command } from 'commander';
import type { Context } from '../context.js';
import { configOption, jsonOption, type ConfigOptions } from '../options.js';
import { monthArgument, printJson, withLedger } from './with-ledger.js';

interface AvailabilityOptions extends ConfigOptions {
  readonly month: string;
  readonly json?: true;
}

export function availabilityCommand(context: Context): Command {
  return new Command('availability')
    .summary('show the availability and credit of every service in a month')
    .description(
      'Judges a month by the plans of its services, from what was watched, entered by hand and excused until now. A ' +
        'month that is not over has two availabilities: SO FAR, of the time that has passed, and WHOLE MONTH, which it ' +
        'comes to if nothing more happens.\n\n' +
        'UNOBSERVED is time in which nobody watched: it is no outage, and no proof of service. AT LEAST is the ' +
        'availability with all of it down, and OBSERVED how much was watched. A commitment that only the availability ' +
        'meets, and not what it is at least, is "not shown": neither met nor not met. When the edges of the ' +
        'measured outages leave it open how much is credited, the last column says between which amounts it lies.',
    )
    .requiredOption('--month <month>', 'the month, as 2026-10', monthArgument)
    .addOption(jsonOption())
    .addOption(configOption())
    .addHelpText(
      'after',
      '\nExamples:\n  $ pop-sla availability --month 2026-10\n  $ pop-sla availability --month 2026-10 --json',
    )
    .action((options: AvailabilityOptions) =>
      withLedger(options, context, async (ledger) => {
        const judged = await ledger.month(options.month);
        const { availabilityJson, serviceViews, unjudgedOf } =
          await import('../../render/ledger/availability.js');
        if (options.json) {
          printJson(availabilityJson(options.month, judged, context.now()), context);
          return;
        }
        const { availabilityTable } = await import('../../render/ledger/tables.js');
        context.stdout.write(availabilityTable(judged.flatMap((one) => serviceViews(one, context.now()))));
        for (const { service, reason } of unjudgedOf(judged))
          context.stdout.write(`${service} can't be judged: ${reason}\n`);
      }),
    );
}

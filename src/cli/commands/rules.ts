import { Command, InvalidArgumentError, Option } from 'commander';
import { roundLengthMs } from '../../core/time/slot.js';
import { configOption, type ConfigOptions, type Context, readConfig } from '../context.js';

interface RulesOptions extends ConfigOptions {
  readonly job: string;
}

/** `pop-sla rules`: Prometheus' rules for the intervals of this mesh. */
export function rulesCommand(context: Context): Command {
  const which = (name: 'alerts' | 'recording', summary: string): Command =>
    new Command(name)
      .summary(summary)
      .description(
        `Prints ${summary}, for the intervals of this configuration. Prometheus has to be 2.42 or newer.`,
      )
      .addOption(configOption())
      .addOption(
        new Option('--job <name>', 'the job that scrapes the daemons').default('pop-sla').argParser(jobName),
      )
      .addHelpText(
        'after',
        `\nExamples:\n  $ pop-sla rules ${name} > /etc/prometheus/rules/pop-sla-${name}.yaml`,
      )
      .action((options: RulesOptions) => print(name, options, context));
  return new Command('rules')
    .summary('make the rules for Prometheus')
    .description(
      'Makes the rule files for Prometheus: how long two rounds take, and how many are due, depend on the configuration. Those for rounds of every 30 minutes are in dashboards/prometheus/rules.',
    )
    .addCommand(which('alerts', 'the alerting rules'))
    .addCommand(which('recording', 'the recording rules that the alerts and dashboards build on'))
    .addHelpText('after', '\nExamples:\n  $ pop-sla rules alerts --job pop-sla\n  $ pop-sla rules recording');
}

async function print(name: 'alerts' | 'recording', options: RulesOptions, context: Context): Promise<void> {
  const { measurement } = await readConfig(options, context);
  const { alertFile, recordingFile } = await import('../../metrics/rules/files.js');
  const { everyMs, spreadMs } = measurement;
  const roundMs = roundLengthMs(measurement);
  context.stdout.write(
    name === 'recording' ? recordingFile() : alertFile({ everyMs, spreadMs, roundMs, job: options.job }),
  );
}

/** A value that needs no quoting in a rule. */
function jobName(text: string): string {
  if (/^[\w./:-]{1,64}$/.test(text)) return text;
  throw new InvalidArgumentError('Allowed: 1 to 64 of letters, digits, "_", ".", "/", ":" and "-".');
}

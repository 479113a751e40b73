import { Command } from 'commander';
import type { Round } from '../../core/measurement/round.js';
import {
  configOption,
  type ConfigOptions,
  type Context,
  exitCodes,
  ExitError,
  jsonOption,
  rawOutput,
  readConfig,
  wantsColor,
  widthOf,
} from '../context.js';
import { namedPaths } from './config.js';
import { progressLine } from '../progress.js';

interface ProbeOptions extends ConfigOptions {
  readonly store?: true;
  readonly json?: true;
}

export function probeCommand(context: Context): Command {
  return new Command('probe')
    .summary('measure paths once, now, and print the result')
    .description(
      'Sends one round on every path given, now, and prints its results. Loss is a result, not a fault: the ' +
        'exit status is 1 only where a round could not be measured.',
    )
    .argument('[path...]', "SOURCE>DESTINATION, in quotes, or the destination's id (default: all paths)")
    .addOption(configOption())
    .option('--store', 'keep the rounds, as unscheduled: shown, part of no month')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      "\nExamples:\n  $ pop-sla probe\n  $ pop-sla probe SIN\n  $ pop-sla probe 'HKG>SIN' --json",
    )
    .action((names: string[], options: ProbeOptions) => probe(names, options, context));
}

async function probe(names: readonly string[], options: ProbeOptions, context: Context): Promise<void> {
  const config = await readConfig(options, context);
  const paths = namedPaths(names, config);
  const { measurement } = config;
  const { probeOnce } = await context.app();
  const line = await progressLine(context.stderr, {
    paths: paths.length,
    packets: paths.length * measurement.sizes.length * measurement.packets,
  });
  const abort = new AbortController();
  const forget = (['SIGINT', 'SIGTERM'] as const).map((name) =>
    context.onSignal(name, () => {
      abort.abort();
    }),
  );
  let rounds: readonly Round[];
  try {
    rounds = await probeOnce({
      config,
      paths,
      store: options.store === true,
      signal: abort.signal,
      onProgress: (path, progress) => {
        line.update(path, progress);
      },
      log: faultsOnly(context),
    });
  } finally {
    line.stop();
    for (const off of forget) off();
  }
  await print(rounds, options, context);
  const unmeasured = rounds.filter(({ status }) => status !== 'ok' && status !== 'unscheduled');
  // The table said which and why.
  if (unmeasured.length > 0) throw new ExitError(exitCodes.fault, '');
}

async function print(rounds: readonly Round[], { json }: ProbeOptions, context: Context): Promise<void> {
  const { summarise } = await import('../../core/measurement/figures.js');
  const summaries = rounds.map(summarise);
  const { stdout } = context;
  if (json === true) {
    const { roundJson } = await import('../../render/rounds.js');
    stdout.write(`${JSON.stringify({ rounds: summaries.map(roundJson) }, null, 2)}\n`);
    return;
  }
  const { roundsTable } = await import('../../render/rounds.js');
  const color = wantsColor(stdout, context);
  const text = roundsTable(summaries, { width: widthOf(stdout), color });
  (color ? rawOutput(stdout) : stdout).write(text);
}

/** Whoever asks for a table does not want a log in it. */
function faultsOnly({ stderr }: Context) {
  const quiet = (): void => undefined;
  const say = (_fields: object, message: string): void => void stderr.write(`pop-sla: ${message}\n`);
  return { debug: quiet, info: quiet, warn: say, error: say };
}

import { existsSync, statSync } from 'node:fs';
import { dirname, join, parse, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import type * as App from '../../app.js';
import { isLocalDate } from '../../core/time/calendar.js';
import { type Context, exitCodes, ExitError } from '../context.js';
import { countBar } from '../progress.js';

/** Of which rounds every packet is kept, beside the rows that a month is judged by. */
const packetChoices = ['none', 'last-month', 'all'] as const;

interface Options {
  readonly pops: number;
  readonly months: number;
  readonly seed: number;
  readonly services?: number;
  readonly db: string;
  readonly configOut?: string;
  readonly until?: string;
  readonly packets: (typeof packetChoices)[number];
}

export function simulateCommand(context: Context): Command {
  return new Command('simulate')
    .summary('fill a new database with the history of a simulated backbone')
    .description(
      'Fills a new database with what the daemons of a backbone would have measured: PoPs in named cities with delays ' +
        'by the distance between them, load by the hour, losses, outages, maintenance, daemons that were away, and ' +
        'customers. Rounds, the watch of the ports and the ledger are the daemon’s own, on a simulated clock. The same ' +
        'seed and dates give the same content. The configuration and the customers that go with it are written beside it.',
    )
    .addOption(
      new Option('--pops <n>', 'how many PoPs, every path between them').argParser(whole('pops')).default(12),
    )
    .addOption(new Option('--months <n>', 'how many months').argParser(whole('months')).default(3))
    .addOption(
      new Option('--seed <n>', 'chances come again with the same seed').argParser(whole('seed')).default(7),
    )
    .addOption(
      new Option('--services <n>', 'how many services (default: 3 for each PoP)').argParser(
        whole('services'),
      ),
    )
    .requiredOption('--db <file>', 'the database to make')
    .option('--config-out <file>', 'the configuration to make (default: the database’s name with .yaml)')
    .option('--until <date>', 'the first day behind the history (default: the first of this month)', day)
    .addOption(
      new Option(
        '--packets <which>',
        'of which rounds every packet is kept; most of the size and time is theirs',
      )
        .choices(packetChoices)
        .default('last-month'),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ pop-sla simulate --pops 12 --months 3 --seed 7 --db demo/backbone.db\n' +
        '  $ pop-sla availability --month 2026-10 --config demo/backbone.yaml',
    )
    .action((options: Options) => simulate(options, context));
}

async function simulate(options: Options, context: Context): Promise<void> {
  const { stdout, stderr, cwd } = context;
  const asked = await checked(options, context);
  const files = filesOf(options, cwd);
  for (const [what, file] of Object.entries(files)) {
    if (existsSync(file)) throw refused(`${file} is there already`, `a new file (${what})`);
    const above = statOf(dirname(file));
    if (above && !above.isDirectory()) throw refused(`${dirname(file)} is no folder`, 'a file in a folder');
  }
  if (new Set(Object.values(files)).size < 3) throw refused('the files are the same', 'three names');
  const ending = new AbortController();
  const forget = (['SIGINT', 'SIGTERM'] as const).map((signal) =>
    context.onSignal(signal, () => {
      ending.abort(new ExitError(exitCodes.fault, 'pop-sla: ended by a signal; nothing was left behind'));
    }),
  );
  const bar = await countBar(stderr);
  const began = performance.now();
  try {
    const { simulateHistory } = await context.app();
    const { rounds, bytes } = await simulateHistory({
      ...asked,
      ...files,
      packets: options.packets,
      version: context.version,
      signal: ending.signal,
      command: commandLine(asked, options),
      onProgress: ({ doing, done, total }) => {
        bar.update(doing, done, total);
      },
    });
    const seconds = (performance.now() - began) / 1000;
    bar.stop();
    const rate = Math.round(rounds / seconds);
    stdout.write(
      `${options.db}: ${rounds} rounds of ${asked.pops} PoPs until ${asked.until}, ${bytes} bytes\n` +
        `${files.configFile}: its configuration\n${files.customersFile}: its customers\n`,
    );
    stderr.write(`${seconds.toFixed(1)} s, ${rate} rounds/s\n`);
  } finally {
    bar.stop();
    for (const each of forget) each();
  }
}

type Asked = Pick<App.SimulateHistoryOptions, 'pops' | 'seed' | 'services' | 'from' | 'until'>;

async function checked(options: Options, { now }: Context): Promise<Asked> {
  const { scenarioBounds, earliestDay, monthsBefore } = await import('../../simulate/scenario/scenario.js');
  const { pops, months, seed, services = 3 * pops } = options;
  for (const [name, value] of Object.entries({ pops, months, seed, services })) {
    const { least, most } = scenarioBounds[name as keyof typeof scenarioBounds];
    if (value < least || value > most)
      throw refused(`--${name}: ${value} is out of range`, `a whole number from ${least} to ${most}`);
  }
  const today = new Date(now()).toISOString().slice(0, 10);
  const until = options.until ?? `${today.slice(0, 7)}-01`;
  if (until > today) throw refused(`--until: ${until} lies in the future`, `a day until ${today}`);
  const from = monthsBefore(until, months);
  if (from < earliestDay) {
    throw refused(
      `--months: ${months} months before ${until} is ${from}, before the plan that judges them`,
      `a history from ${earliestDay} on`,
    );
  }
  return { pops, seed, services, from, until };
}

function filesOf({ db, configOut }: Options, cwd: string) {
  const database = resolve(cwd, db);
  const beside = parse(database);
  const configFile = resolve(cwd, configOut ?? join(beside.dir, `${beside.name}.yaml`));
  const parts = parse(configFile);
  return { database, configFile, customersFile: join(parts.dir, `${parts.name}.customers.yaml`) };
}

const commandLine = ({ pops, seed, services, until }: Asked, { months, packets }: Options): string =>
  `pop-sla simulate --pops ${pops} --months ${months} --seed ${seed} --services ${services} --until ${until} --packets ${packets}`;

const refused = (what: string, allowed: string): ExitError =>
  new ExitError(exitCodes.badInput, `pop-sla: ${what}; allowed: ${allowed}`);

const statOf = (file: string) => statSync(file, { throwIfNoEntry: false });

const whole =
  (name: string) =>
  (text: string): number => {
    if (!/^\d{1,10}$/.test(text)) throw new InvalidArgumentError(`allowed: a whole number of ${name}`);
    return Number(text);
  };

function day(text: string): string {
  if (!isLocalDate(text)) throw new InvalidArgumentError('allowed: a day of the calendar, as 2026-10-01');
  return text;
}

import { Argument, Command, Option } from 'commander';
import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { createColors } from 'picocolors';
import type { Config } from '../config/config.js';
import type { MonthJudgement } from '../core/statement/judge.js';
import { tokenCommand, userCommand } from './commands/access.js';
import { backupCommand, restoreCommand, storeCommand } from './commands/store.js';
import { creditsCommand, disputesCommand, keysCommand } from './commands/credits.js';
import { personCommand } from './commands/person.js';
import { statementsCommand } from './commands/statements.js';
import {
  configOption,
  type ConfigOptions,
  type Context,
  exitCodes,
  ExitError,
  jsonOption,
  readConfig,
  wantsColor,
} from './context.js';
import { customersCommand } from './commands/customers.js';
import { servicesCommand } from './commands/services.js';
import { doctorCommand } from './commands/doctor.js';
import { ticketsCommand } from './commands/tickets.js';
import { notifyCommand, outboxCommand } from './commands/notifications.js';
import { auditCommand } from './commands/audit.js';
import { availabilityCommand, outageCommand, outagesCommand } from './commands/outages.js';
import { exclusionsCommand } from './commands/exclusions.js';
import { monthArgument } from './with-ledger.js';
import { meshCommand } from './commands/mesh.js';
import { planCommand } from './commands/plan.js';
import { probeCommand } from './commands/probe.js';
import type { MakeCommand } from './program.js';
import { reportCommand } from './commands/report.js';
import { roundsCommand } from './commands/rounds.js';
import { runCommand } from './commands/run.js';
import { simulateCommand } from './commands/simulate.js';
import { statusCommand } from './status.js';
import { verifyCommand } from './commands/verify.js';

interface Options extends ConfigOptions {
  readonly service: string;
  readonly month: string;
  readonly output: string;
}

function evidenceCommand(context: Context): Command {
  return new Command('evidence')
    .summary('write everything that a service’s month rests on to a file that anybody can check')
    .description(
      'Writes an evidence pack: the statement of one service’s month with every round, outage, exclusion and ' +
        'correction that it rests on, what was agreed, and a manifest of hashes, signed where there is a key ' +
        '(`pop-sla keys`). `pop-sla verify FILE` checks it on any machine. It holds the rows of one customer only.',
    )
    .requiredOption('--service <id>', 'the service')
    .requiredOption('--month <month>', 'the month, as 2026-10', monthArgument)
    .requiredOption('-o, --output <file>', 'the pack, a new file')
    .addOption(configOption())
    .addHelpText(
      'after',
      '\nExamples:\n  $ pop-sla evidence --service harbour-bank-backbone --month 2026-10 -o october.zip',
    )
    .action((options: Options) => evidence(options, context));
}

async function evidence(options: Options, context: Context): Promise<void> {
  const { service, month, output } = options;
  const file = resolve(context.cwd, output);
  if (existsSync(file)) throw refused(`${output} is there already; allowed: a new file`);
  if (!statSync(dirname(file), { throwIfNoEntry: false })?.isDirectory())
    throw refused(`${dirname(file)} is no folder; allowed: a file in a folder that exists`);
  const config = await readConfig(options, context);
  const { makeEvidence } = await context.app();
  const made = await makeEvidence({
    config,
    service,
    month,
    file,
    now: context.now(),
    software: context.version,
  });
  const signed = made.signedBy === null ? 'not signed' : `signed by the key ${made.signedBy}`;
  context.stdout.write(
    `${output}: ${month}/${service}, revision ${made.revision} (${made.state}), ${made.rounds} slots, ` +
      `${made.packets} rounds with every packet, ${made.bytes} bytes, ${signed}\n`,
  );
  if (made.signedBy === null)
    context.stderr.write(
      'pop-sla: there is no key, so the pack is not signed; make one: pop-sla keys make\n',
    );
}

const refused = (message: string): ExitError => new ExitError(exitCodes.badInput, `pop-sla: ${message}`);

/** Every command, in the order of the help. */
export const commandsInHelpOrder: readonly MakeCommand[] = [
  runCommand,
  statusCommand,
  probeCommand,
  roundsCommand,
  popsCommand,
  customersCommand,
  servicesCommand,
  availabilityCommand,
  reportCommand,
  outagesCommand,
  outageCommand,
  exclusionsCommand,
  statementsCommand,
  creditsCommand,
  disputesCommand,
  personCommand,
  keysCommand,
  ticketsCommand,
  notifyCommand,
  outboxCommand,
  auditCommand,
  tokenCommand,
  userCommand,
  evidenceCommand,
  verifyCommand,
  evaluateCommand,
  planCommand,
  meshCommand,
  configCommand,
  doctorCommand,
  backupCommand,
  restoreCommand,
  storeCommand,
  simulateCommand,
  guideCommand,
];

interface PopsOptions extends ConfigOptions {
  readonly json?: true;
}

function popsCommand(context: Context): Command {
  return new Command('pops')
    .summary('show the configured PoPs')
    .description('Prints the PoPs of the configuration, and which of them this agent stands in.')
    .addOption(jsonOption())
    .addOption(configOption())
    .addHelpText('after', '\nExamples:\n  $ pop-sla pops\n  $ pop-sla pops --json')
    .action((options: PopsOptions) => pops(options, context));
}

async function pops(options: PopsOptions, context: Context): Promise<void> {
  const config = await readConfig(options, context);
  const { popJson, popsTable } = await import('../render/inventory.js');
  const text =
    options.json === true
      ? `${JSON.stringify({ pops: config.pops.map((pop) => popJson(pop, config.agent)) }, null, 2)}\n`
      : popsTable(config.pops, config.agent);
  context.stdout.write(text);
}

interface GuideOptions {
  readonly lang: 'en' | 'zh';
}

function guideCommand(context: Context): Command {
  return new Command('guide')
    .summary('show the guide in the terminal')
    .description('Lists the topics of the guide, or shows one. The portal has the same at /guide.')
    .addArgument(new Argument('[topic]', 'one of those that are listed without it'))
    .addOption(new Option('--lang <language>', 'the language').choices(['en', 'zh']).default('en'))
    .addHelpText(
      'after',
      '\nExamples:\n  $ pop-sla guide\n  $ pop-sla guide mesh\n  $ pop-sla guide operate --lang zh | less',
    )
    .action((topic: string | undefined, options: GuideOptions) => guide(topic, options, context));
}

async function guide(topic: string | undefined, { lang }: GuideOptions, context: Context): Promise<void> {
  const { stdout } = context;
  const { guideForTerminal, guidePage, guideTopics, isGuideTopic } = await import('../render/guide.js');
  const topics = Object.entries(guideTopics);
  if (topic === undefined) {
    const width = Math.max(...topics.map(([name]) => name.length));
    for (const [name, about] of topics) stdout.write(`${name.padEnd(width)}  ${about}\n`);
    return;
  }
  if (!isGuideTopic(topic))
    throw new ExitError(
      exitCodes.badInput,
      `pop-sla: the guide has no topic "${topic}"; allowed: ${topics.map(([name]) => name).join(', ')}`,
    );
  const { bold } = createColors(wantsColor(stdout, context));
  const { markdown } = guidePage(topic, lang === 'zh' ? 'zh-CN' : 'en');
  stdout.write(guideForTerminal(markdown, bold));
}

function configCommand(context: Context): Command {
  return new Command('config')
    .summary('check or show the configuration')
    .description('Checks the configuration, or shows it as the daemon understands it.')
    .addCommand(
      new Command('check')
        .summary('say everything that is wrong with it')
        .description('Reads the configuration and says everything that is wrong with it, one line each.')
        .addOption(configOption())
        .addHelpText('after', '\nExamples:\n  $ pop-sla config check --config /etc/pop-sla.yaml')
        .action((options: ConfigOptions) => check(options, context)),
    )
    .addCommand(
      new Command('show')
        .summary('print it with all defaults filled in')
        .description('Prints the configuration with all defaults filled in; secrets are hidden.')
        .addOption(configOption())
        .addHelpText('after', '\nExamples:\n  $ pop-sla config show')
        .action((options: ConfigOptions) => show(options, context)),
    )
    .addHelpText('after', '\nExamples:\n  $ pop-sla config check\n  $ pop-sla config show');
}

async function check(options: ConfigOptions, context: Context): Promise<void> {
  const config = await readConfig(options, context);
  await checkEntered(config, context);
  const { file, pops, paths } = config;
  const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
  context.stdout.write(`${file}: in order, ${count(pops.length, 'PoP')}, ${count(paths.length, 'path')}\n`);
  const { watchNotes } = await import('../config/config.js');
  for (const note of watchNotes(config)) context.stdout.write(`note: ${note}\n`);
}

async function show(options: ConfigOptions, context: Context): Promise<void> {
  const config = await readConfig(options, context);
  const { showConfig } = await import('../config/show.js');
  context.stdout.write(showConfig(config));
}

/** What was entered of the book has to go with the file; without a database that can be read nothing was. */
async function checkEntered(config: Config, context: Context): Promise<void> {
  const { openLedger } = await context.app();
  try {
    const ledger = await openLedger({ config, now: context.now, write: false });
    try {
      await ledger.registry.read();
    } finally {
      await ledger.close();
    }
  } catch (error) {
    if (!(error instanceof Error && error.name === 'StoreFault')) throw error;
  }
}

interface EvaluateOptions {
  readonly explain?: true;
  readonly details?: true;
}

function evaluateCommand(context: Context): Command {
  return new Command('evaluate')
    .description(
      'judge one month of services by a plan, from a case file: no database, no network, no config',
    )
    .argument('<case>', 'a JSON file with the case, or - for standard input')
    .option('--details', 'also print tax, claim window, percentiles and what each cause gave')
    .option('--explain', 'print how every figure came about, for people, instead of JSON')
    .addHelpText(
      'after',
      '\nThe result is one JSON object. A faulty case gives one line per fault on standard error,\n' +
        'nothing on standard output, and exit status 2. What is odd but breaks no rule gives a note there.\n\n' +
        'Example:\n  $ pop-sla evaluate case.json\n  $ pop-sla evaluate --explain - < case.json',
    )
    .action(async (file: string, options: EvaluateOptions) => {
      const { planFiles } = await import('../config/plan/parse.js');
      const { readCase } = await import('../config/case/read-case.js');
      const { readCaseText } = await import('../config/case/values.js');
      const { judgeMonth } = await import('../core/statement/judge.js');
      const path = file === '-' ? null : resolve(context.cwd, file);
      const text = await readCaseText(path === null ? context.stdin : path);
      if ('fault' in text) throw new ExitError(exitCodes.badInput, `pop-sla: ${file}: ${text.fault}`);
      const folder = path === null ? context.cwd : dirname(path);
      const result = readCase(text.text, planFiles(context.home), folder);
      if (!result.ok) {
        const lines = result.faults.map(({ path: at, message }) => `${at} ${message}`);
        throw new ExitError(exitCodes.badInput, lines.join('\n'));
      }
      const judgement = judgeMonth(result.case);
      // A service that can't be judged has no line in the result, so there is none.
      const unjudged = judgement.unjudged.map(
        ({ terms, reason }) => `service ${terms.id} can't be judged: ${reason}`,
      );
      if (unjudged.length > 0) throw new ExitError(exitCodes.badInput, unjudged.join('\n'));
      for (const { path: at, message } of result.notes) context.stderr.write(`note: ${at} ${message}\n`);
      if (options.explain) {
        const { explainMonth } = await import('../render/explain.js');
        context.stdout.write(explainMonth(judgement));
        return;
      }
      context.stdout.write(`${JSON.stringify(await resultOf(judgement, options), null, 2)}\n`);
    });
}

async function resultOf(judgement: MonthJudgement, { details }: EvaluateOptions): Promise<object> {
  if (details) return (await import('../core/statement/result.js')).monthDetails(judgement);
  return (await import('../core/statement/result.js')).monthResult(judgement);
}

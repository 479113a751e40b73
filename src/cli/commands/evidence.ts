import { Command } from 'commander';
import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import {
  configOption,
  type ConfigOptions,
  type Context,
  exitCodes,
  ExitError,
  readConfig,
} from '../context.js';
import { monthArgument } from '../with-ledger.js';

interface Options extends ConfigOptions {
  readonly service: string;
  readonly month: string;
  readonly output: string;
}

export function evidenceCommand(context: Context): Command {
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

import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { ruleSetOf } from '../../core/statement/document.js';
import type { Verified } from '../../services/evidence/verify.js';
import { type Context, exitCodes, ExitError } from '../context.js';

export function verifyCommand(context: Context): Command {
  return new Command('verify')
    .summary('check an evidence pack, on any machine: no database, no network, no config')
    .description(
      'Checks that no byte of an evidence pack was changed, its signature, and the chains of ledger and revisions; ' +
        'judges the month once more from the rows, and compares every figure with the statement’s. Prints `verified`, ' +
        'or what differs, with exit status 1.',
    )
    .argument('<file>', 'the pack')
    .option('--key <file>', 'the public key (PEM) that it has to be signed by')
    .addHelpText('after', '\nExamples:\n  $ pop-sla verify october.zip --key carrier.pub')
    .action((file: string, options: { readonly key?: string }) => verify(file, options, context));
}

/** Larger ones were not made by this program. */
const maxBytes = 1024 * 2 ** 20;
/** So many differences are printed. */
const maxShown = 20;

async function verify(file: string, options: { readonly key?: string }, context: Context): Promise<void> {
  const { stdout, cwd, version } = context;
  const pack = await read(resolve(cwd, file), file);
  const key =
    options.key === undefined ? null : (await read(resolve(cwd, options.key), options.key)).toString();
  const [{ verifyPack }, { PackError: PackFault }] = await Promise.all([
    import('../../services/evidence/verify.js'),
    import('../../seal/pack.js'),
  ]);
  let verified: Verified;
  try {
    verified = await verifyPack({ pack, key, software: version });
  } catch (error) {
    if (!(error instanceof PackFault)) throw error;
    throw new ExitError(exitCodes.fault, `pop-sla: ${file}: not verified: ${error.message}`);
  }
  stdout.write(checked(verified, key !== null, version));
  const { differences } = verified;
  if (differences.length === 0) {
    stdout.write('verified\n');
    return;
  }
  const lines = differences
    .slice(0, maxShown)
    .map(({ field, stated, recomputed }) => `  ${field}: stated ${stated}, recomputed ${recomputed}`);
  const more = differences.length > maxShown ? [`  … ${differences.length} in all`] : [];
  throw new ExitError(
    exitCodes.fault,
    [`pop-sla: ${file}: not verified: the rows give another statement`, ...lines, ...more].join('\n'),
  );
}

function checked(verified: Verified, keyGiven: boolean, version: string): string {
  const { statement, signedBy } = verified;
  const { total, currency } = statement;
  const signature =
    signedBy === null
      ? 'not signed: it shows that nothing was spoilt on the way, not who made it'
      : `signed by the key ${signedBy}${keyGiven ? ', the one that was given' : ': compare it with the one that the operator publishes (--key)'}`;
  const packets =
    verified.roundsWithPackets === 0
      ? 'no packets are kept of them'
      : `${verified.roundsWithPackets} of them counted again packet by packet`;
  return [
    `${statement.id}, revision ${statement.revision} (${statement.state}), as of ${statement.asOf}`,
    `  credit ${total.credit} ${currency} of a rent of ${total.rent} ${currency}`,
    `  ${verified.files} files, ${verified.bytes} bytes: each is what the manifest says`,
    `  ${signature}`,
    `  ledger: ${verified.events} events in an unbroken chain, ${verified.openEvents} of them in full`,
    `  revisions: ${verified.revisions === 0 ? 'none is sealed yet' : `${verified.revisions} sealed, in an unbroken chain`}`,
    `  rows: ${verified.rounds} slots, ${packets}; ${verified.outages} outages as observers saw them`,
    ...zoneLines(verified.zoneData),
    `  judged by rule set ${ruleSetOf(statement)} of the calculation`,
    verified.differences.length === 0
      ? `  judged once more from the rows: all ${verified.figures} values of the statement are the same`
      : `  judged once more from the rows: ${verified.differences.length} values differ`,
    ...(version === statement.software
      ? []
      : [
          `  created by pop-sla ${statement.software}, checked by ${version}: the words of derivations were not compared`,
        ]),
    '',
  ].join('\n');
}

/** Said where the two differ: the bounds of a month rest on them. */
function zoneLines({ there, here, periods }: Verified['zoneData']): string[] {
  if (there === here && periods.length === 0) return [];
  const versions = `  time zone data: ${there ?? 'unknown'} there, ${here ?? 'unknown'} here`;
  if (periods.length === 0) return [`${versions}; the month's bounds are the same by both`];
  return [
    `${versions}, and the month's bounds differ: verify it by a Node.js with zone data ${there ?? 'of its time'}`,
    ...periods.map((period) => `    ${period.zone}: ${period.there} there, ${period.here} here`),
  ];
}

async function read(file: string, shown: string): Promise<Buffer> {
  try {
    const { size } = await stat(file);
    if (size > maxBytes)
      throw new ExitError(
        exitCodes.badInput,
        `pop-sla: ${shown} has ${size} bytes; allowed: at most ${maxBytes}`,
      );
    return await readFile(file);
  } catch (error) {
    if (error instanceof ExitError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new ExitError(
      exitCodes.badInput,
      `pop-sla: ${shown} can't be read (${code ?? String(error)}); allowed: a readable file`,
    );
  }
}

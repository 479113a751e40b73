import { Command } from 'commander';
import { createColors } from 'picocolors';
import type { LastBackup } from '../../app/backup.js';
import type { Config } from '../../config/config.js';
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
} from '../context.js';
import { check, type Check, type CheckStatus } from '../doctor/checks.js';
import { printableLine, printableText } from '../../core/text/control-characters.js';

interface DoctorOptions extends ConfigOptions {
  readonly json?: true;
  /** True: this machine's own loopback. */
  readonly calibrate?: string | true;
}

export function doctorCommand(context: Context): Command {
  return new Command('doctor')
    .summary('find out what would keep the daemon from its work')
    .description(
      'Looks at everything that the daemon needs: the configuration, the permission to send packets and the options ' +
        'asked of them, its own addresses, the clock, the data folder, the database and who writes it, the names, ' +
        'the files with certificates and secrets, the port, the servers of the mesh. Says what is wrong and what to ' +
        'do. Changes nothing.',
    )
    .option(
      '--calibrate [path]',
      "instead: the same round by every kind of probe, side by side, on a path or on this machine's own loopback",
    )
    .addOption(jsonOption())
    .addOption(configOption())
    .addHelpText(
      'after',
      '\nThe exit status is 0 when nothing failed. "unknown" is no failure, and no assurance either.\n\n' +
        'Examples:\n  $ pop-sla doctor\n  $ pop-sla doctor --json\n  $ pop-sla doctor --calibrate\n' +
        "  $ pop-sla doctor --calibrate 'HKG>SIN'",
    )
    .action((options: DoctorOptions) => doctor(options, context));
}

async function doctor(options: DoctorOptions, context: Context): Promise<void> {
  if (options.calibrate !== undefined) {
    const { calibrate } = await import('../doctor/calibrate.js');
    await calibrate({ ...options, path: options.calibrate === true ? null : options.calibrate }, context);
    return;
  }
  const checks = await examine(options, context);
  const ok = checks.every((check) => check.status !== 'fail');
  const color = wantsColor(context.stdout, context);
  if (options.json === true) context.stdout.write(`${JSON.stringify({ ok, checks }, null, 2)}\n`);
  else (color ? rawOutput(context.stdout) : context.stdout).write(checksText(checks, color));
  if (!ok) throw new ExitError(exitCodes.fault, '');
}

async function examine(options: ConfigOptions, context: Context): Promise<Check[]> {
  const { checkClock } = await import('../doctor/checks.js');
  let config: Config;
  try {
    config = await readConfig(options, context);
  } catch (error) {
    if (!(error instanceof ExitError)) throw error;
    const remedy = 'mend the file; the other checks need it';
    return [check('configuration', 'fail', error.message, remedy), await checkClock()];
  }
  const [{ checkProbes }, { checkOwnAddresses }, { checkDataFolder }, { checkDatabase }, { checkWriter }] =
    await Promise.all([
      import('../doctor/checks.js'),
      import('../doctor/addresses.js'),
      import('../doctor/checks.js'),
      import('../doctor/checks.js'),
      import('../doctor/files.js'),
    ]);
  const [{ checkNames }, { checkFiles, checkSigningKey }, { checkPort }, { checkMesh }, app] =
    await Promise.all([
      import('../doctor/checks.js'),
      import('../doctor/files.js'),
      import('../doctor/checks.js'),
      import('../doctor/mesh.js'),
      context.app(),
    ]);
  const found = await Promise.all([
    checkProbes(config),
    Promise.resolve(checkOwnAddresses(config)),
    checkClock(),
    config.store.postgres === null ? checkDataFolder(config.store.path) : Promise.resolve([]),
    checkDatabase(config, app),
    checkWriter(config, app),
    checkNames(config.pops),
    checkFiles(config),
    checkSigningKey(config),
    checkPort(config.http),
    checkMesh(config, app),
  ] as const);
  const [{ watchNotes }, { placeNotes }] = await Promise.all([
    import('../../config/config.js'),
    import('../../config/place-notes.js'),
  ]);
  const notes = [
    ...placeNotes(config).map((note) => check('place', 'note', note)),
    ...watchNotes(config).map((note) => check('watch', 'note', note)),
  ];
  return [
    check('configuration', 'ok', `${config.file}: ${config.paths.length} paths`),
    ...found.flat(),
    zoneDataCheck(),
    ...(config.store.postgres === null
      ? [backupCheck(await app.lastBackup(config.store.path), context.now())]
      : []),
    ...notes,
  ];
}

const backupDays = 7;

function backupCheck(last: LastBackup | null, now: number): Check {
  const remedy = 'pop-sla backup FILE';
  if (last === null) return check('backup', 'note', 'none is known of this database', remedy);
  const days = Math.floor((now - Date.parse(last.at)) / 86_400_000);
  const detail = `the last one is ${days} days old: ${last.file}`;
  return days < backupDays ? check('backup', 'ok', detail) : check('backup', 'note', detail, remedy);
}

/** The bounds of months rest on it; `verify` and the hubs compare it. */
function zoneDataCheck(): Check {
  const node = `Node.js ${process.versions.node}`;
  const { tz } = process.versions as { readonly tz?: string };
  return tz === undefined
    ? check('time zone data', 'unknown', `${node} does not say which it has`)
    : check('time zone data', 'ok', `${tz}, of ${node}`);
}

const words: Readonly<Record<CheckStatus, string>> = {
  ok: 'ok',
  fail: 'FAIL',
  unknown: 'unknown',
  note: 'note',
};

/** A check a line, its remedy below it. */
export function checksText(checks: readonly Check[], color: boolean): string {
  const { green, red, yellow, dim } = createColors(color);
  const paint = { ok: green, fail: red, unknown: yellow, note: dim } as const;
  const width = Math.max(...checks.map((check) => check.name.length));
  const indent = ' '.repeat('unknown'.length + width + 4);
  return checks
    .map(({ name, status, ...texts }) => {
      const detail = printableText(texts.detail);
      const remedy = texts.remedy === null ? null : printableLine(texts.remedy);
      const word = paint[status](words[status].padEnd('unknown'.length));
      const lines = [`${word}  ${name.padEnd(width)}  ${detail.replaceAll('\n', `\n${indent}`)}`];
      if (remedy !== null) lines.push(`${indent}-> ${remedy}`);
      return `${lines.join('\n')}\n`;
    })
    .join('');
}

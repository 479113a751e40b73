import { InvalidArgumentError, Option } from 'commander';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { ProbeUnavailableError } from '../../probes/probe.js';
import type * as App from '../app.js';
import type { Config } from '../config/config.js';
import { printableText } from '../core/text/control-characters.js';
import type { EpochMs } from '../core/types.js';
import { StoreError } from '../store/store.js';

/** A stream that a command writes to: `process.stdout`, or a test's. */
export interface Output {
  write(text: string | Uint8Array): unknown;
  readonly isTTY?: boolean;
  /** Of a terminal. */
  readonly columns?: number | undefined;
  /** The stream behind it, where control characters are taken out on the way. */
  readonly raw?: Output;
}

export type SignalName = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** What of the wired program commands use. */
export type AppPort = Pick<
  typeof App,
  | 'startDaemon'
  | 'probeOnce'
  | 'compareKinds'
  | 'readStore'
  | 'storeName'
  | 'storeWriter'
  | 'copyStore'
  | 'checkStore'
  | 'openLedger'
  | 'openRegistry'
  | 'openReports'
  | 'simulateHistory'
  | 'makeEvidence'
  | 'openBilling'
  | 'openKeys'
  | 'askMesh'
  | 'initMesh'
  | 'joinMesh'
  | 'renewCertificate'
  | 'withDeadLetters'
  | 'makeBackup'
  | 'restoreBackup'
  | 'lastBackup'
  | 'statusOf'
>;

/** All that a command may know of the process it runs in. */
export interface Context {
  readonly stdin: AsyncIterable<string | Uint8Array>;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative file names on the command line start here. */
  readonly cwd: string;
  /** The folder with this program's `package.json`. */
  readonly home: string;
  readonly version: string;
  readonly now: () => EpochMs;
  /** Loads the wired program, which `--help` need not wait for. */
  readonly app: () => Promise<AppPort>;
  /** Calls `listener` at each such signal until the function it returns is called. */
  readonly onSignal: (signal: SignalName, listener: () => void) => () => void;
}
/** What an exit status means; printed by `--help`. */
export const exitCodes = {
  done: 0,
  fault: 1,
  badInput: 2,
  noPermission: 3,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const exitCodesHelp = `Exit status:
  0  done
  1  a fault: the work could not be done, or a check failed
  2  bad input: the command line, the configuration or a file is wrong
  3  no permission to send packets`;

/** Thrown by a command that can't do its work: `main` prints the message, as it is, and exits with the code. */
export class ExitError extends Error {
  override readonly name = 'ExitWith';
  constructor(
    readonly code: ExitCode,
    /** One line, or one line per fault; empty: everything was said already. */
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What every command that needs the configuration takes. */
export interface ConfigOptions {
  readonly config?: string;
}

export const configOption = (): Option =>
  new Option(
    '-c, --config <file>',
    'the configuration (default: $POP_SLA_CONFIG, else ./config/pop-sla.yaml, else /etc/pop-sla/pop-sla.yaml, else the ' +
      'one that came with pop-sla)',
  );

export const jsonOption = (): Option => new Option('--json', 'print JSON');

/** A whole number from 1 on. */
export function positiveInteger(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('allowed: a whole number from 1 on');
  return Number(text);
}

/** Of the machine: where the Debian package has it. */
const systemConfig = '/etc/pop-sla/pop-sla.yaml';

/** Also where it can't be read: that is said when it is read. */
function isThere(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES';
  }
}

/** Which file is the configuration, as a person would name it here. */
export function configFile({ config }: ConfigOptions, { env, cwd, home }: Context): string {
  const named = config ?? (env['POP_SLA_CONFIG'] || undefined);
  if (named !== undefined) return named;
  const localFile = join('config', 'pop-sla.yaml');
  if (existsSync(resolve(cwd, localFile))) return localFile;
  if (isThere(systemConfig)) return systemConfig;
  const shipped = join(home, localFile);
  const near = relative(cwd, shipped);
  return near.startsWith('..') ? shipped : near;
}

const isNamed = ({ config }: ConfigOptions, { env }: Context): boolean =>
  config !== undefined || (env['POP_SLA_CONFIG'] ?? '') !== '';

/** Reads the configuration, and says which it is where nobody named one; every fault of it ends the command, one line each. */
export async function readConfig(options: ConfigOptions, context: Context): Promise<Config> {
  if (!isNamed(options, context)) {
    const file = configFile(options, context);
    context.stderr.write(`pop-sla: configuration ${file} (another one: --config or POP_SLA_CONFIG)\n`);
  }
  const { loadConfig } = await import('../config/load.js');
  const loaded = await loadConfig(configFile(options, context), context.cwd);
  if (loaded.ok) return loaded.config;
  const { formatProblems } = await import('../config/problem.js');
  throw new ExitError(exitCodes.badInput, formatProblems(loaded.problems));
}

/** Colours are for a terminal, and for nobody who asked to be spared (no-color.org). */
export function wantsColor(output: Output, { env }: Pick<Context, 'env'>): boolean {
  return output.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
}

/** Columns of a terminal; 100 where none is. */
export const widthOf = (output: Output): number => output.columns ?? 100;

/**
 * The output that commands get: text loses its control characters, whoever wrote them (a plan's name, a file's name, a
 * reason in the ledger); bytes are a document and go out as they are.
 */
export function safeOutput(output: Output): Output {
  return {
    write: (text) => output.write(typeof text === 'string' ? printableText(text) : text),
    get isTTY() {
      return output.isTTY === true;
    },
    get columns() {
      return output.columns;
    },
    raw: output,
  };
}

/** For text with colours or cursor movements of this program: whoever writes to it makes other texts printable first. */
export const rawOutput = (output: Output): Output => output.raw ?? output;

/** A fault that the program knows, as lines for a person and an exit status; null for a defect. */
export function exitFor(error: unknown): ExitError | null {
  if (error instanceof ExitError) return error;
  if (error instanceof ProbeUnavailableError) {
    const code = error.permission ? exitCodes.noPermission : exitCodes.fault;
    return new ExitError(code, `pop-sla: ${error.message}\n${error.remedy}`, { cause: error });
  }
  if (error instanceof StoreError) {
    return new ExitError(exitCodes.fault, `pop-sla: ${error.message}`, { cause: error });
  }
  if (!(error instanceof Error)) return null;
  // The wired program's own; its module is not loaded just to recognise them.
  if (error.name === 'ConfigRejected')
    return new ExitError(exitCodes.badInput, error.message, { cause: error });
  if (error.name === 'Refused') {
    const lines = error.message.split('\n').map((line) => `pop-sla: ${line}`);
    return new ExitError(exitCodes.badInput, lines.join('\n'), { cause: error });
  }
  if (error.name === 'EvidenceRefused')
    return new ExitError(exitCodes.badInput, `pop-sla: ${error.message}`, { cause: error });
  if (
    error.name === 'BackupError' ||
    error.name === 'ListenFault' ||
    error.name === 'MeshFault' ||
    error.name === 'KeyFault'
  ) {
    return new ExitError(exitCodes.fault, `pop-sla: ${error.message}`, { cause: error });
  }
  return null;
}

export function readVersion(home: string): string {
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string };
  return version;
}

/** The commit that this program was built from, as the build noted it, or that the checkout is at; null: not known. */
export function readCommit(home: string): string | null {
  const built = text(join(home, 'dist', 'commit'));
  if (built !== null) return built;
  const folder = gitFolder(join(home, '.git'));
  const head = folder === null ? null : text(join(folder, 'HEAD'));
  if (folder === null || head === null) return null;
  const ref = /^ref: (.+)$/.exec(head)?.[1];
  if (ref === undefined) return short(head);
  const common = text(join(folder, 'commondir'));
  for (const place of [folder, ...(common === null ? [] : [join(folder, common)])]) {
    const commit = text(join(place, ref)) ?? packed(join(place, 'packed-refs'), ref);
    if (commit !== null) return short(commit);
  }
  return null;
}

/** A folder, or a file that names one: a work tree of its own. */
function gitFolder(path: string): string | null {
  if (!existsSync(path)) return null;
  if (statSync(path).isDirectory()) return path;
  return /^gitdir: (.+)$/.exec(text(path) ?? '')?.[1] ?? null;
}

const short = (commit: string): string | null => (/^[0-9a-f]{40}$/.test(commit) ? commit.slice(0, 12) : null);

const packed = (file: string, ref: string): string | null =>
  (text(file) ?? '')
    .split('\n')
    .find((line) => line.endsWith(` ${ref}`))
    ?.split(' ')[0] ?? null;

function text(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return null;
  }
}

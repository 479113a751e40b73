import { InvalidArgumentError, Option } from 'commander';
import type * as App from '../app.js';
import type { Config } from '../config/config.js';
import { type ConfigOptions, type Context, exitCodes, ExitError, readConfig } from './context.js';

export interface ActorOptions extends ConfigOptions {
  readonly actor?: string;
}

export const actorOption = (): Option =>
  new Option('--actor <name>', 'who does it (default: $POP_SLA_ACTOR)');

export const attachOption = (): Option =>
  new Option('--attach <file>', 'a file that proves it, up to 10 MiB; may come again')
    .argParser((file: string, files: string[] | undefined) => [...(files ?? []), file])
    .default([], 'none');

/** Collects an option that may come again. */
export const again = (word: string, words: string[] | undefined): string[] => [...(words ?? []), word];

/** Whoever does something has a name: it stands in the ledger for ever. */
export function actorOf({ actor }: ActorOptions, { env }: Context): string {
  const name = actor ?? env['POP_SLA_ACTOR'] ?? '';
  if (name.trim() !== '') return name;
  throw new ExitError(
    exitCodes.badInput,
    'pop-sla: --actor: is missing; allowed: the name of whoever does it, here or in POP_SLA_ACTOR',
  );
}

export async function withLedger(
  options: ConfigOptions & { readonly write?: boolean },
  context: Context,
  work: (ledger: App.OpenLedger, config: Config) => Promise<void>,
  /** The configuration that it is opened with, made from the one that was read. */
  adapt = (config: Config): Config => config,
): Promise<void> {
  const config = adapt(await readConfig(options, context));
  const { openLedger } = await context.app();
  const ledger = await openLedger({ config, now: context.now, write: options.write ?? false });
  try {
    await work(ledger, config);
  } finally {
    await ledger.close();
  }
}

export function printJson(value: object, { stdout }: Pick<Context, 'stdout'>): void {
  stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

export function monthArgument(text: string): string {
  if (/^(19[7-9]\d|[2-9]\d{3})-(0[1-9]|1[0-2])$/.test(text)) return text;
  throw new InvalidArgumentError('allowed: a month from 1970-01 on, as 2026-10');
}

/** The time that a text says; ends the command with what is wrong with it. */
export async function timeArgument(name: string, text: string | undefined): Promise<number | undefined> {
  if (text === undefined) return undefined;
  const { readTime } = await import('../config/exclusion-input.js');
  const { formatRefusal } = await import('../core/ledger/errors.js');
  const refusals: Parameters<typeof readTime>[2] = [];
  const at = readTime(`--${name}`, text, refusals);
  if (at !== null) return at;
  throw new ExitError(exitCodes.badInput, refusals.map((one) => `pop-sla: ${formatRefusal(one)}`).join('\n'));
}

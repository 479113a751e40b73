import { Command } from 'commander';
import type { Status } from '../../app/status.js';
import type { Config } from '../../config/config.js';
import { configOption, type ConfigOptions, type Context, jsonOption, readConfig } from '../context.js';

interface StatusOptions extends ConfigOptions {
  readonly json?: true;
}

export function statusCommand(context: Context): Command {
  return new Command('status')
    .summary('tell in ten lines how this daemon is')
    .description(
      'Reads the store beside the daemon: since when it runs, what it measured today (UTC), which ports are down, what ' +
        'waits for the hub, how the last month is, and when it was last backed up.',
    )
    .addOption(jsonOption())
    .addOption(configOption())
    .addHelpText('after', '\nExamples:\n  $ pop-sla status\n  $ pop-sla status --json')
    .action((options: StatusOptions) => status(options, context));
}

async function status(options: StatusOptions, context: Context): Promise<void> {
  const config = await readConfig(options, context);
  const { statusOf } = await context.app();
  const found = await statusOf(config, context.now());
  context.stdout.write(
    options.json === true ? `${JSON.stringify(found, null, 2)}\n` : statusText(found, config, context),
  );
}

/** Ten lines, always the same ones. */
function statusText(
  status: Status,
  config: Pick<Config, 'role' | 'agent' | 'paths'>,
  { version, now }: Pick<Context, 'version' | 'now'>,
): string {
  const { run, rounds, down, store, backlog, month, backup } = status;
  const at = now();
  const running =
    run === null
      ? 'no daemon has worked on this store yet'
      : status.isRunning
        ? `since ${time(run.startedAt)} (${ago(at - run.startedAt)})`
        : `no: ${run.stoppedAt === null ? `not heard of since ${time(run.lastSeenAt)}` : `stopped at ${time(run.stoppedAt)}`}`;
  const lines: readonly (readonly [string, string])[] = [
    [
      'version',
      `${version}${run !== null && run.version !== version ? `; the daemon's is ${run.version}` : ''}`,
    ],
    ['role', `${config.role}, ${config.agent}, ${config.paths.length} paths`],
    ['running', running],
    ['rounds today', `${rounds.held} held of ${rounds.due} due`],
    ['latest slot', status.latestSlot === null ? 'none yet' : time(status.latestSlot)],
    [
      'ports down',
      down.length === 0
        ? 'none'
        : down.map(({ port, start }) => `${port} since ${time(start.at)}`).join(', '),
    ],
    ['store', `${store.name}, ${Math.ceil(store.bytes / 2 ** 20)} MiB`],
    [
      'backlog',
      backlog === null
        ? 'none to keep: this is no agent'
        : `${backlog.slots + backlog.watch} rows${backlog.oldestAt === null ? '' : `, the oldest of ${time(backlog.oldestAt)}`}`,
    ],
    [
      'last month',
      `${month.name}: ${month.closedAt === null ? 'not closed' : 'closed'}, ${month.sealed} sealed, ${month.drafts} drafts`,
    ],
    [
      'last backup',
      backup === null ? 'none known' : `${ago(at - Date.parse(backup.at))} ago: ${backup.file}`,
    ],
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, text]) => `${name.padEnd(width)}  ${text}\n`).join('');
}

const time = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

function ago(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes < 60) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} days`;
}

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import type { OpenLedger } from '../app.js';
import { configOption, type Context, exitCodes, ExitError, jsonOption } from './context.js';
import { actorOf, actorOption, type ActorOptions, again, printJson, withLedger } from './with-ledger.js';
import type { ImportReading } from '../config/exclusion-files.js';
import { formatRefusal, type ValidationIssue } from '../core/ledger/errors.js';
import type { Imported } from '../services/ledger/import.js';
import type { ExclusionFeed } from '../store/ledger-store.js';

const mostBytes = 20 * 2 ** 20;
const timeoutMs = 30_000;

interface FeedFile {
  readonly bytes: Uint8Array;
  readonly etag: string | null;
  readonly modified: string | null;
}

/** A calendar by its URL or file name; `unchanged`: the server says that it is what it was before. Rejects with why not. */
async function readFeed(
  source: string,
  before: Pick<ExclusionFeed, 'etag' | 'modified'>,
): Promise<FeedFile | 'unchanged'> {
  if (!/^https?:/i.test(source)) return { bytes: await readFile(source), etag: null, modified: null };
  const response = await fetch(source, {
    headers: {
      accept: 'text/calendar, */*;q=0.1',
      ...(before.etag && { 'if-none-match': before.etag }),
      ...(before.modified && { 'if-modified-since': before.modified }),
    },
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (response.status === 304) return 'unchanged';
  if (!response.ok) throw new Error(`answered ${response.status}`);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > mostBytes) throw new Error(`has more than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  return {
    bytes: Buffer.concat(chunks),
    etag: response.headers.get('etag'),
    modified: response.headers.get('last-modified'),
  };
}

export const formats = ['csv', 'ical'] as const;
export type Format = (typeof formats)[number];

export interface ImportOptions extends ActorOptions {
  readonly format?: Format;
  readonly kind?: string;
  readonly scope?: string[];
  readonly notice?: string[];
  readonly zone?: string;
  readonly json?: true;
}

/** What a file has; ends the command with what is wrong with it. */
export async function readImport(
  name: string,
  bytes: Uint8Array,
  { format, kind, scope, notice: notices, zone }: ImportOptions,
  context: Context,
): Promise<Extract<ImportReading, { ok: true }>> {
  const fail = (refusals: readonly ValidationIssue[]): never => {
    const lines = refusals.map((one) => `pop-sla: ${name}: ${formatRefusal(one)}`);
    throw new ExitError(exitCodes.badInput, lines.join('\n'));
  };
  const { textOfFile } = await import('../config/file-text.js');
  const file = textOfFile(bytes);
  if (!file.ok) return fail(file.refusals);
  const { text } = file;
  const calendar = format === undefined ? /^\ufeff?\s*BEGIN:VCALENDAR/i.test(text) : format === 'ical';
  const { readExclusionsCsv } = await import('../config/exclusion-files.js');
  const { readExclusionsIcal } = await import('../config/exclusion-calendar.js');
  const reading = calendar
    ? readExclusionsIcal(text, { kind, scope, notices, zone }, context.now())
    : readExclusionsCsv(text);
  return reading.ok ? reading : fail(reading.refusals);
}

/** Tells what came of an import; ends the command with a failure where people have to decide. */
export async function tellImport(
  { proposed, leftOut, older, withdrawn, conflicts }: Imported,
  ledger: Pick<OpenLedger, 'impact'>,
  options: { readonly json?: true },
  context: Context,
): Promise<void> {
  const { costText } = await import('../render/ledger.js');
  const undecided = await Promise.all(
    conflicts.map(async (one) => ({ ...one, cost: costText(await ledger.impact(one.id)) })),
  );
  if (options.json) {
    printJson(
      { proposed: proposed.map(({ id }) => id), leftOut, older, withdrawn, conflicts: undecided },
      context,
    );
  } else {
    const ids = proposed.map(({ id }) => id).join(', ') || 'nothing';
    const rest = [
      ...(leftOut > 0 ? [`left out, there already: ${leftOut}`] : []),
      ...(older.length > 0 ? [`left out, older than what was read before: ${someOf(older)}`] : []),
      ...(withdrawn.length > 0 ? [`rejected, called off or changed: ${withdrawn.join(', ')}`] : []),
    ];
    context.stdout.write(`${[`proposed: ${ids}`, ...rest].join('; ')}\n`);
  }
  if (undecided.length === 0) return;
  const lines = undecided.map(({ id, source, why, cost }) => {
    const what = { cancelled: 'was called off', changed: 'was changed', gone: 'is gone from the calendar' }[
      why
    ];
    return `pop-sla: ${id} is approved, and its event ${source} ${what}: ${cost}`;
  });
  throw new ExitError(
    exitCodes.fault,
    [...lines, 'pop-sla: allowed: to revoke them (exclusions revoke ID --reason …), or to leave them'].join(
      '\n',
    ),
  );
}

/** How many there are, and the first of them. */
const someOf = (names: readonly string[]): string =>
  `${names.length} (${[...names.slice(0, 5), ...(names.length > 5 ? ['…'] : [])].join(', ')})`;

interface SyncOptions extends ImportOptions {
  readonly every?: string;
}

export function syncCommand(context: Context): Command {
  return new Command('sync')
    .summary('follow a maintenance calendar: a file, or an address of https')
    .description(
      'Reads a calendar (iCalendar) and proposes what is new in it. A proposal whose event was called off, changed or ' +
        'is gone is rejected, and a changed one is proposed anew; an approved one is named with what it costs, and the ' +
        'command fails until somebody revokes it or the calendar has it again. With --every it goes on until it is ' +
        'stopped. A server that says nothing has changed is asked for nothing more (ETag, Last-Modified).',
    )
    .argument('<source>', 'https://…, or a file')
    .option('--every <duration>', 'read it again so often, as 15m; left out: once')
    .option('--kind <kind>', 'of events that do not say', 'planned-maintenance')
    .option('--scope <scope>', 'of events that do not say; may come again', again)
    .option('--notice <time>', 'of events that do not say; may come again', again)
    .option('--zone <zone>', 'of floating times and whole days, as Asia/Hong_Kong')
    .addOption(actorOption())
    .addOption(jsonOption())
    .addOption(configOption())
    .addHelpText(
      'after',
      '\nExample:\n  $ pop-sla exclusions sync https://changes.example.net/pops.ics --scope pop:SIN --actor changes --every 15m',
    )
    .action(async (source: string, options: SyncOptions) => {
      const everyMs = options.every === undefined ? null : await intervalOf(options.every);
      for (;;) {
        try {
          await syncOnce(source, options, context);
        } catch (error) {
          if (everyMs === null || !(error instanceof ExitError)) throw error;
          context.stderr.write(`${error.message}\n`);
        }
        if (everyMs === null) return;
        await delay(everyMs);
      }
    });
}

async function intervalOf(text: string): Promise<number> {
  const { parseDurationUs } = await import('../config/scalars.js');
  const us = parseDurationUs(text);
  if (typeof us === 'number' && us >= 60_000_000 && us <= 86_400_000_000) return us / 1000;
  throw new ExitError(
    exitCodes.badInput,
    `pop-sla: --every: ${JSON.stringify(text)} is no interval; allowed: 1m to 1d, as 15m`,
  );
}

async function syncOnce(source: string, options: SyncOptions, context: Context): Promise<void> {
  const actor = actorOf(options, context);
  await withLedger({ ...options, write: true }, context, async (ledger) => {
    const name = /^https?:/i.test(source) ? source : resolve(context.cwd, source);
    const now = context.now();
    const unread = { source: name, etag: null, modified: null, checkedAt: now, events: [] };
    const before = (await ledger.feeds.get(name)) ?? unread;
    const feed = await readFeed(name, before).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      throw new ExitError(
        exitCodes.badInput,
        `pop-sla: ${source} can't be read (${why}); allowed: a readable calendar`,
      );
    });
    if (feed === 'unchanged') {
      await ledger.feeds.put({ ...before, checkedAt: now });
      if (options.json) printJson({ unchanged: true }, context);
      else context.stdout.write('unchanged\n');
      return;
    }
    const reading = await readImport(source, feed.bytes, { ...options, format: 'ical' }, context);
    const cancelled = reading.cancelled ?? [];
    const done = await ledger.importExclusions(actor, reading.inputs, {
      cancelled,
      before: before.events,
      now,
    });
    // What people have to decide is asked for again at each reading: the answer of before would say that nothing changed.
    const open = done.conflicts.length > 0;
    await ledger.feeds.put({
      source: name,
      etag: open ? null : feed.etag,
      modified: open ? null : feed.modified,
      checkedAt: now,
      events: [
        ...new Set([
          ...reading.inputs.flatMap(({ input }) => input.source ?? []),
          ...done.conflicts.filter(({ why }) => why === 'gone').map((one) => one.source),
        ]),
      ],
    });
    await tellImport(done, ledger, options, context);
  });
}

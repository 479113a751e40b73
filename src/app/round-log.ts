import { fstatSync, writeSync } from 'node:fs';
import { Writable } from 'node:stream';
import { type Logger, pino } from 'pino';
import type { LogConfig } from '../config/config.js';
import { formatProblems, type Problem } from '../config/problem.js';
import { summarise } from '../core/measurement/figures.js';
import type { Round } from '../core/measurement/round.js';
import { asPercent, formatHalfUp, multiply, ratio, type Rational } from '../core/number.js';
import type { Grade } from '../core/standing.js';
import { hasControls, printableText } from '../core/text/control-characters.js';
import type { PathId } from '../core/types.js';
import type { Engine } from '../engine/engine.js';
import type { EngineEvents, Log } from '../engine/ports.js';
import { lossPpm, meanUs } from '../render/figures.js';
import type { GradedRound, StandingEvents } from '../services/standing/ports.js';

/** One line of the log for every round. */
export function logRounds(log: Log): Partial<EngineEvents> {
  return {
    roundStored: (round) => {
      const { status, reason } = round;
      const line = { ...lineOf(round), ...(reason !== null && { reason }) };
      if (status === 'ok' || status === 'unscheduled') log.info(line, 'round stored');
      else log.warn(line, `round stored as ${status}`);
    },
    roundDelayed: (round, queued) => {
      log.warn({ ...lineOf(round), queued }, 'round measured, not stored yet');
    },
  };
}

/** The round's figures per size; null where there is none. */
function lineOf(round: Round): object {
  const sizes = summarise(round).sizes;
  return {
    path: round.path,
    slot: new Date(round.slot).toISOString(),
    status: round.status,
    tookMs: round.endedAt - round.startedAt,
    rttMeanUs: Object.fromEntries(sizes.map((size) => [size.bytes, meanUs(size)])),
    ...(round.icmpErrors && { icmpErrors: round.icmpErrors }),
    lossPpm: Object.fromEntries(sizes.map((size) => [size.bytes, lossPpm(size)])),
  };
}

/**
 * A line when a path gets worse than its band before, with the figures of the round that shows it, and one when it is
 * better again. A round that says nothing of a band leaves it as it was.
 */
export function logPathTurns(log: Log): StandingEvents['roundGraded'] {
  const levels = new Map<PathId, number>();
  return (path, grade, of) => {
    const level = levelOf(grade);
    const before = levels.get(path) ?? 0;
    if (level === null || level === before) return;
    levels.set(path, level);
    const fields = { path, ...gradeFields(grade, of) };
    if (level > before) log.warn(fields, 'a path is worse than it was');
    else if (level > 0) log.info(fields, 'a path is better than it was');
    else log.info(fields, 'a path is normal again');
  };
}

/** The worse of the two bands; null: the round has none. */
function levelOf({ latencyBand, lossBand }: Grade): number | null {
  const levels = [latencyBand, lossBand].flatMap((band) => (band === null ? [] : [band.level]));
  return levels.length === 0 ? null : Math.max(...levels);
}

function gradeFields({ excess, latencyBand, lossBand }: Grade, of: GradedRound): object {
  const ms = (us: Rational | null): string | null => us && formatHalfUp(multiply(us, ratio(1n, 1000n)), 3);
  return {
    slot: new Date(of.slot).toISOString(),
    latencyMs: ms(of.latencyUs),
    committedMs: ms(of.commitmentUs),
    excessPercent: excess && formatHalfUp(excess, 1),
    latencyBand: latencyBand?.id ?? null,
    lossPercent: of.loss && formatHalfUp(asPercent(of.loss), 2),
    lossBand: lossBand?.id ?? null,
  };
}

/** For a hub, whose engine has no watch of its own: what its agents saw of outages. */
export function logOutages(log: Log): Partial<EngineEvents> {
  return {
    outageChanged: ({ observer, port, start, end, voided }) => {
      const [from, to] = [new Date(start.at).toISOString(), end && new Date(end.at).toISOString()];
      const fields = { port, observer, from, to };
      if (voided)
        log.warn({ ...fields, reason: voided.reason }, 'an outage is void: it says nothing of the port');
      else if (end) log.info({ ...fields, ms: end.at - start.at }, 'an outage has ended');
      else log.warn(fields, 'an outage has begun');
    },
  };
}

export type AppLog = Logger;

/** Where the log goes: standard output, unless a test looks on. */
export interface LogOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** Of a stream of the system: what is behind it decides how it is written. */
  readonly fd?: number;
  /** Bytes that were given to it and that its reader has not taken yet. */
  readonly writableLength?: number;
}

/**
 * A line per event: JSON, or for people on a terminal. No text of an event reaches a terminal with control characters.
 * `onDropped` is told how many lines were lost each time.
 */
export async function createLog(
  config: LogConfig,
  output: LogOutput,
  onDropped: (lines: number) => void = () => undefined,
): Promise<AppLog> {
  const options = { level: config.level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  const pretty = config.format === 'pretty' || (config.format === 'auto' && output.isTTY === true);
  const put = lossyWriter(output, onDropped, pretty ? asText : asJson);
  if (!pretty) {
    const write = (line: string): void => {
      put(printableText(line));
    };
    return pino({ ...options, formatters: { level: (label) => ({ level: label }) } }, { write });
  }
  const { default: prettyStream } = await import('pino-pretty');
  const destination = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      output.write(chunk.toString());
      done();
    },
  });
  const colorize = output.isTTY === true && !process.env['NO_COLOR'];
  const people = prettyStream({ colorize, translateTime: 'SYS:HH:MM:ss', singleLine: true, destination });
  return pino(options, { write: (line: string) => void people.write(keepEscaped(line)) });
}

/**
 * A line of JSON in which the escapes of control characters are escaped once more, so that what shows it to people,
 * with colours of its own, prints `\u001b` and not the character. Line ends and tabs stay: a stack trace has them.
 */
function keepEscaped(line: string): string {
  return printableText(line).replace(/\\(?:u([0-9a-f]{4})|.)/gi, (escape, code: string | undefined) => {
    const isControl =
      code === undefined ? /[bfr]/.test(escape) : hasControls(String.fromCharCode(parseInt(code, 16)));
    return isControl ? `\\${escape}` : escape;
  });
}

/** A reader of a pipe that takes nothing for so long has lost its place; memory is for measuring. */
const maxWaitingBytes = 1_048_576;

/**
 * Writes lines, and drops those that can't be had: a disk that is full or failing, a reader that hangs. It never
 * throws and never waits. The first line that goes through afterwards says how many were lost.
 */
function lossyWriter(
  output: LogOutput,
  onDropped: (lines: number) => void,
  noteOf: (lost: number, why: string) => string,
): (line: string) => void {
  const put = isFile(output.fd) ? fileWriter(output.fd) : streamWriter(output);
  let lost = 0;
  let why = '';
  return (line) => {
    let refusal = lost === 0 ? null : put(noteOf(lost, why));
    if (refusal === null) {
      lost = 0;
      refusal = put(line);
    }
    if (refusal === null) return;
    lost += 1;
    why = refusal;
    onDropped(1);
  };
}

/** Null, or why the line was not taken. */
type Put = (line: string) => string | null;

function streamWriter(output: LogOutput): Put {
  return (line) => {
    if ((output.writableLength ?? 0) > maxWaitingBytes) return 'its reader takes nothing';
    output.write(line);
    return null;
  };
}

/** Past Node's own stream, which is of no use any more after one write that failed. */
function fileWriter(fd: number): Put {
  let isTorn = false;
  return (line) => {
    // What did fit of a line that did not is ended first.
    const bytes = Buffer.from(isTorn ? `\n${line}` : line);
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(fd, bytes, written);
      isTorn = false;
      return null;
    } catch (error) {
      isTorn ||= written > 0;
      return (error as NodeJS.ErrnoException).code ?? String(error);
    }
  };
}

function isFile(fd: number | undefined): fd is number {
  try {
    return fd !== undefined && fstatSync(fd).isFile();
  } catch {
    return false;
  }
}

const message = (lost: number, why: string): string => `${lost} lines of the log were lost (${why})`;
const asJson = (lost: number, why: string): string =>
  `${JSON.stringify({ level: 'warn', time: new Date().toISOString(), lost, msg: message(lost, why) })}\n`;
const asText = (lost: number, why: string): string => `${message(lost, why)}\n`;

/** Nobody should wait half an hour for the first figures. */
export async function showFirstRound(engine: Engine, log: AppLog): Promise<void> {
  const rounds = await engine.runNow();
  // The time of a stop belongs to what has to be stored.
  if (rounds.length === 0 || rounds.some(({ status }) => status === 'aborted')) return;
  const { roundsTable } = await import('../render/rounds.js');
  const table = roundsTable(rounds, { width: 120, color: false }).trimEnd();
  log.info({ rounds: rounds.length }, `the first round:\n${table}`);
}

/** The configuration is not one: every fault of it, with its place. */
export class ConfigRejectedError extends Error {
  override readonly name = 'ConfigRejected';
  constructor(readonly problems: readonly Problem[]) {
    super(formatProblems(problems));
  }
}

/** `http.listen` can't be had. */
export class ListenError extends Error {
  override readonly name = 'ListenFault';
}

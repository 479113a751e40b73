import { fstatSync, writeSync } from 'node:fs';
import { Writable } from 'node:stream';
import { pino, type Logger } from 'pino';
import type { LogConfig } from '../config/config.js';
import { hasControls, printableText } from '../core/text/control-characters.js';

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
const mostWaitingBytes = 1_048_576;

/**
 * Writes lines, and drops those that can't be had: a disk that is full or failing, a reader that stands still. It never
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
    if ((output.writableLength ?? 0) > mostWaitingBytes) return 'its reader takes nothing';
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

import { Writable } from 'node:stream';
import { pino, type Logger } from 'pino';
import type { LogConfig } from '../config/config.js';
import { hasControls, printableText } from '../core/text/control-characters.js';

export type AppLog = Logger;

/** Where the log goes: standard output, unless a test looks on. */
export interface LogOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** A line per event: JSON, or for people on a terminal. No text of an event reaches a terminal with control characters. */
export async function createLog(config: LogConfig, output: LogOutput): Promise<AppLog> {
  const options = { level: config.level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  const pretty = config.format === 'pretty' || (config.format === 'auto' && output.isTTY === true);
  if (!pretty) {
    const write = (line: string): void => void output.write(printableText(line));
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

import { Writable } from 'node:stream';
import { pino, type Logger } from 'pino';
import type { LogConfig } from '../config/config.js';

export type AppLog = Logger;

/** Where the log goes: standard output, unless a test looks on. */
export interface LogOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** A line per event: JSON, or for people on a terminal. */
export async function createLog(config: LogConfig, output: LogOutput): Promise<AppLog> {
  const options = { level: config.level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  const pretty = config.format === 'pretty' || (config.format === 'auto' && output.isTTY === true);
  const write = (text: string): void => void output.write(text);
  if (!pretty) return pino({ ...options, formatters: { level: (label) => ({ level: label }) } }, { write });
  const { default: prettyStream } = await import('pino-pretty');
  const destination = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      write(chunk.toString());
      done();
    },
  });
  const colorize = output.isTTY === true && !process.env['NO_COLOR'];
  return pino(
    options,
    prettyStream({ colorize, translateTime: 'SYS:HH:MM:ss', singleLine: true, destination }),
  );
}

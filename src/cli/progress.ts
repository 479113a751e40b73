import type { Progress } from '../../probes/probe.js';
import type { PathId } from '../core/types.js';
import { printableLine } from '../core/text/control-characters.js';
import { type Output, rawOutput } from './context.js';

interface ProgressLine {
  /** How far one path is. */
  update(path: PathId, progress: Progress): void;
  /** Takes the line away. */
  stop(): void;
}

/** A line that tells how far all paths together are; nothing at all where `output` is no terminal. */
export async function progressLine(
  output: Output,
  { paths, packets }: { readonly paths: number; readonly packets: number },
): Promise<ProgressLine> {
  if (output.isTTY !== true) return { update: () => undefined, stop: () => undefined };
  const what = paths === 1 ? '1 path' : `${paths} paths`;
  const bar = await barOn(output, `probing ${what} {bar} {value}/{total} sent, {received} answered`);
  const byPath = new Map<PathId, Progress>();
  bar.start(packets, 0, { received: 0 });
  return {
    update: (path, progress) => {
      byPath.set(path, progress);
      let sent = 0;
      let received = 0;
      for (const one of byPath.values()) {
        sent += one.sent;
        received += one.received;
      }
      bar.update(sent, { received });
    },
    stop: () => {
      bar.stop();
    },
  };
}

interface CountBar {
  /** How far what is done now is. */
  update(doing: string, done: number, total: number): void;
  /** Takes the line away; may come twice. */
  stop(): void;
}

/** A line that tells how far some long work is, what it does, and how long it will take. */
export async function countBar(output: Output): Promise<CountBar> {
  if (output.isTTY !== true) return { update: () => undefined, stop: () => undefined };
  const bar = await barOn(output, '{doing} {bar} {value}/{total}, {eta_formatted} to go');
  let current: string | null = null;
  return {
    update: (doing, done, total) => {
      const shown = { doing: printableLine(doing) };
      if (doing !== current) bar.start(total, done, shown);
      else bar.update(done, shown);
      current = doing;
    },
    stop: () => {
      if (current !== null) bar.stop();
      current = null;
    },
  };
}

async function barOn(output: Output, format: string) {
  const { SingleBar } = await import('cli-progress').then((module) => module.default);
  return new SingleBar({
    stream: rawOutput(output) as Output & NodeJS.WritableStream,
    format,
    barsize: 24,
    barCompleteChar: '=',
    barIncompleteChar: ' ',
    formatBar: (share, { barsize = 24 }) => `[${'='.repeat(Math.round(share * barsize)).padEnd(barsize)}]`,
    hideCursor: true,
    clearOnComplete: true,
    noTTYOutput: false,
  });
}

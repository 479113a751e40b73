import type { Progress } from '../../probes/probe.js';
import type { PathId } from '../core/types.js';
import type { Output } from './context.js';

export interface ProgressLine {
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
  const { SingleBar } = await import('cli-progress').then((module) => module.default);
  const what = paths === 1 ? '1 path' : `${paths} paths`;
  const bar = new SingleBar({
    stream: output as Output & NodeJS.WritableStream,
    format: `probing ${what} {bar} {value}/{total} sent, {received} answered`,
    barsize: 24,
    barCompleteChar: '=',
    barIncompleteChar: ' ',
    formatBar: (share, { barsize = 24 }) => `[${'='.repeat(Math.round(share * barsize)).padEnd(barsize)}]`,
    hideCursor: true,
    clearOnComplete: true,
    noTTYOutput: false,
  });
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

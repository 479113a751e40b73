import { Worker } from 'node:worker_threads';

/** A thread that only writes a few bytes to the disk, twice a second, and says when it could not for a while. */
const work = `
  const { openSync, writeSync, fsyncSync } = require('node:fs');
  const { parentPort, workerData } = require('node:worker_threads');
  const file = openSync(workerData.file, 'w');
  let last = Date.now();
  setInterval(() => {
    writeSync(file, 'x', 0);
    fsyncSync(file);
    const now = Date.now();
    if (now - last > workerData.everyMs + workerData.lateMs) parentPort.postMessage({ from: last, to: now });
    last = now;
  }, workerData.everyMs);
`;

interface BusyWatch {
  stop(): Promise<unknown>;
}

/** Tells when the machine itself stood still: its processors or its disk had no time for anybody. */
export function watchMachine(file: string, onBusy: (from: number, to: number) => void): BusyWatch {
  const worker = new Worker(work, { eval: true, workerData: { file, everyMs: 500, lateMs: 700 } });
  worker.on('message', ({ from, to }: { from: number; to: number }) => {
    onBusy(from, to);
  });
  worker.unref();
  return { stop: () => worker.terminate() };
}

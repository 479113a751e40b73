import { Worker } from 'node:worker_threads';

/**
 * A thread that only writes a few bytes to the disk, twice a second, and says when it could not for a while. It says too
 * when the main thread of the process that is watched was ready to run for half of a second, and had no processor.
 */
const work = `
  const { openSync, readFileSync, writeSync, fsyncSync } = require('node:fs');
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
  const pid = new Int32Array(workerData.pid);
  let before = [];
  setInterval(() => {
    const now = Date.now();
    let waitedMs = 0;
    try {
      waitedMs = Number(readFileSync('/proc/' + pid[0] + '/schedstat', 'utf8').split(' ')[1]) / 1e6;
    } catch {
      // It has ended; the next one is told soon.
    }
    before = before.filter((one) => one.pid === pid[0] && now - one.now <= 1_100);
    const first = before[0];
    if (first && waitedMs - first.waitedMs > (now - first.now) / 2)
      parentPort.postMessage({ from: first.now, to: now });
    before.push({ now, waitedMs, pid: pid[0] });
  }, 250);
`;

interface BusyWatch {
  /** This is the process that must have time from now on. */
  watch(pid: number): void;
  stop(): Promise<unknown>;
}

/** Tells when the machine itself stood still: its processors or its disk had no time for anybody. */
export function watchMachine(file: string, onBusy: (from: number, to: number) => void): BusyWatch {
  const pid = new SharedArrayBuffer(4);
  const worker = new Worker(work, { eval: true, workerData: { file, pid, everyMs: 500, lateMs: 700 } });
  worker.on('message', ({ from, to }: { from: number; to: number }) => {
    onBusy(from, to);
  });
  worker.unref();
  return {
    watch: (of) => {
      new Int32Array(pid)[0] = of;
    },
    stop: () => worker.terminate(),
  };
}

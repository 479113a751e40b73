import { closeSync, writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { ProbeUnavailableError } from '../probe.js';
import {
  notedDescriptors,
  sharedWords,
  type Families,
  type FromWorker,
  type ToWorker,
  type WorkerData,
} from './protocol.js';

interface ThreadOptions {
  /** The worker's entry, as built JavaScript. */
  readonly entry: URL;
  /** Without a sign of life for so long the worker counts as wedged. */
  readonly silenceMs: number;
  readonly onMessage: (message: FromWorker) => void;
  /** It is gone, and will not say anything any more; null: as it was asked to. */
  readonly onEnd: (reason: string | null) => void;
}

/** One life of the worker. */
export interface Thread {
  readonly ready: Promise<Families>;
  /** False once it is gone: what is sent then gets no answer. */
  readonly alive: boolean;
  send(message: ToWorker): void;
  /** Tells it to stop; resolves when it is gone, by force after a while. */
  stop(): Promise<void>;
}

const wakeUp = Buffer.from(new BigUint64Array([1n]).buffer);
const stopWithinMs = 2000;

export function startThread(options: ThreadOptions): Thread {
  const shared = new SharedArrayBuffer(sharedWords.count * 4);
  const words = new Int32Array(shared);
  const workerData: WorkerData = { shared };
  const worker = new Worker(options.entry, { workerData, name: 'pop-sla-kernel' });
  let wakeFd = -1;
  let ended = false;
  let stopping = false;
  let fault: string | null = null;
  let lastBeat = -1;
  let lastBeatMs = performance.now();
  let becomeReady: (families: Families) => void = () => undefined;
  let failToStart: (error: Error) => void = () => undefined;
  const ready = new Promise<Families>((resolve, reject) => {
    [becomeReady, failToStart] = [resolve, reject];
  });
  ready.catch(() => undefined);
  const gone = new Promise<void>((resolve) => {
    worker.once('exit', () => {
      end(fault ?? (stopping ? null : 'the probe thread ended'));
      // Sockets of a thread that was killed are still open, and nobody else knows of them.
      for (const fd of notedDescriptors(words)) closeSync(fd);
      resolve();
    });
  });
  worker.on('error', (error: unknown) => {
    fault = `the probe thread died: ${error instanceof Error ? error.message : String(error)}`;
  });
  worker.on('message', (message: FromWorker) => {
    if (ended) return;
    if (message.type === 'ready') {
      wakeFd = message.wakeFd;
      becomeReady(message.families);
    } else if (message.type === 'refused')
      failToStart(new ProbeUnavailableError(message.reason, message.remedy, false));
    else options.onMessage(message);
  });

  const watch = setInterval(() => {
    const beat = Atomics.load(words, sharedWords.beat);
    if (beat !== lastBeat) {
      lastBeat = beat;
      lastBeatMs = performance.now();
    } else if (performance.now() - lastBeatMs >= options.silenceMs) {
      end(`the probe thread gave no sign of life for ${Math.round(options.silenceMs / 1000)} s`);
      void worker.terminate();
    }
  }, options.silenceMs / 5);
  watch.unref();

  function end(reason: string | null): void {
    if (ended) return;
    ended = true;
    wakeFd = -1;
    clearInterval(watch);
    failToStart(new Error(reason ?? 'the probe thread was stopped'));
    options.onEnd(reason);
  }

  const send = (message: ToWorker): void => {
    if (ended) return;
    worker.postMessage(message);
    Atomics.store(words, sharedWords.mail, 1);
    if (wakeFd >= 0) writeSync(wakeFd, wakeUp);
  };
  return {
    ready,
    get alive() {
      return !ended;
    },
    send,
    async stop() {
      stopping = true;
      send({ type: 'stop' });
      const force = setTimeout(() => void worker.terminate(), stopWithinMs);
      // A thread that hangs inside the kernel can't be waited for.
      const giveUp = new Promise<void>((resolve) => setTimeout(resolve, 2 * stopWithinMs).unref());
      await Promise.race([gone, giveUp]);
      clearTimeout(force);
      end(null);
    },
  };
}

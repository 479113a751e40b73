import { parentPort, workerData } from 'node:worker_threads';
import type { TraceRequest } from '../probe.js';
import { loadLibc } from './libc.js';
import { runTrace } from './trace.js';

/** The entry of a thread that traces one path and ends: it may block, and the thread that measures must not. */
if (!parentPort) throw new Error('this is the entry of a worker thread');
parentPort.postMessage(runTrace(loadLibc(), workerData as TraceRequest));

import { parentPort, workerData } from 'node:worker_threads';
import type { WorkerData } from './protocol.js';
import { serve } from './serve.js';

/** The entry of the kind's worker thread. */
if (!parentPort) throw new Error('this is the entry of a worker thread');
serve({ ...(workerData as WorkerData), port: parentPort });

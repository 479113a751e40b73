import { parentPort, workerData } from 'node:worker_threads';
import { work, type Task } from './job-tasks.js';

/** A thread that does one thing and ends. */
parentPort?.postMessage(await work(workerData as Task));

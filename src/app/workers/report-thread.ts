import { parentPort, workerData } from 'node:worker_threads';
import { renderReport } from '../../render/report/formats.js';
import type { RenderTask } from './report.js';

/** A thread that makes one report and ends. */
const { report, format, language } = workerData as RenderTask;
parentPort?.postMessage(await renderReport(report, format, language));

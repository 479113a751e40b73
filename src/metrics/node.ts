import { collectDefaultMetrics, type Registry } from 'prom-client';
import { nodePrefix } from './names.js';

/** prom-client's gauges that end in `_total`, which Prometheus keeps for counters; each has a twin by type. */
const misnamed = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/** Node's own metrics: event loop lag, heap, garbage collection, CPU, file descriptors. */
export function addNodeMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry, prefix: nodePrefix });
  for (const name of misnamed) registry.removeSingleMetric(`${nodePrefix}${name}`);
}

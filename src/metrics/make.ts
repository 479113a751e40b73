import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { MetricName } from './names.js';

/** Makes metrics of the list in one registry. */
export function metricMaker(registry: Registry): {
  gauge(metric: MetricName): Gauge;
  counter(metric: MetricName): Counter;
  histogram(metric: MetricName, buckets: readonly number[]): Histogram;
} {
  const options = ({ name, help, labels }: MetricName) => ({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
  });
  return {
    gauge: (metric) => new Gauge(options(metric)),
    counter: (metric) => new Counter(options(metric)),
    histogram: (metric, buckets) => new Histogram({ ...options(metric), buckets: [...buckets] }),
  };
}

export type MetricMaker = ReturnType<typeof metricMaker>;

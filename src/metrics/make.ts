import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { MetricName } from './names.js';

/** A gauge without labels that is absent until it is set: prom-client's own begins at 0. */
export interface LateGauge {
  set(value: number): void;
  unset(): void;
}

export interface MetricMaker {
  gauge(metric: MetricName): Gauge;
  late(metric: MetricName): LateGauge;
  counter(metric: MetricName): Counter;
  histogram(metric: MetricName, buckets: readonly number[]): Histogram;
}

/** Makes metrics of the list in one registry. */
export function metricMaker(registry: Registry): MetricMaker {
  const options = ({ name, help, labels }: MetricName) => ({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
  });
  return {
    gauge: (metric) => new Gauge(options(metric)),
    late: (metric) => {
      const gauge = new Gauge(options(metric));
      gauge.remove();
      return {
        set: (value) => {
          gauge.set(value);
        },
        unset: () => {
          gauge.remove();
        },
      };
    },
    counter: (metric) => new Counter(options(metric)),
    histogram: (metric, buckets) => new Histogram({ ...options(metric), buckets: [...buckets] }),
  };
}

import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { MetricName } from './names.js';

/** A gauge without labels that is absent until it is set: prom-client's own begins at 0. */
interface LateGauge {
  set(value: number): void;
  unset(): void;
}

export interface MetricMaker {
  /** `maxAgeMs`: when nothing was set for so long, its series vanish. What was true once is not said for ever. */
  gauge(metric: MetricName, options?: { readonly maxAgeMs: number }): Gauge;
  late(metric: MetricName, options?: { readonly maxAgeMs: number }): LateGauge;
  /** Its series are what `fill` sets at each scrape. */
  computed(metric: MetricName, fill: (gauge: Gauge) => void): void;
  /** As `gauge`, for one without labels that is to be 0 when nobody has said otherwise for `maxAgeMs`. */
  zeroAfter(metric: MetricName, maxAgeMs: number): LateGauge;
  /** The clock that ages are taken on; milliseconds. */
  readonly monotonicMs: () => number;
  counter(metric: MetricName): Counter;
  histogram(metric: MetricName, buckets: readonly number[]): Histogram;
}

/** What is looked at every minute: after three looks that failed or hung nobody knows it any more. */
export const minutely = { maxAgeMs: 200_000 } as const;

/** Makes metrics of the list in one registry. */
export function metricMaker(
  registry: Registry,
  monotonicMs: () => number = () => performance.now(),
): MetricMaker {
  const options = ({ name, help, labels }: MetricName) => ({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
  });
  return {
    gauge: (metric, age) => {
      if (!age) return new Gauge(options(metric));
      let setAt = -Infinity;
      const gauge = new Gauge({
        ...options(metric),
        collect() {
          if (monotonicMs() - setAt > age.maxAgeMs) this.reset();
        },
      });
      const set = gauge.set.bind(gauge) as (...args: readonly unknown[]) => void;
      gauge.set = (...args: readonly unknown[]) => {
        setAt = monotonicMs();
        set(...args);
      };
      return gauge;
    },
    late: (metric, age) => {
      let setAt = -Infinity;
      const gauge = new Gauge({
        ...options(metric),
        collect() {
          if (age && monotonicMs() - setAt > age.maxAgeMs) this.remove();
        },
      });
      gauge.remove();
      return {
        set: (value) => {
          setAt = monotonicMs();
          gauge.set(value);
        },
        unset: () => {
          gauge.remove();
        },
      };
    },
    computed: (metric, fill) => {
      new Gauge({
        ...options(metric),
        collect() {
          this.reset();
          fill(this);
        },
      });
    },
    zeroAfter: (metric, maxAgeMs) => {
      let setAt = -Infinity;
      const gauge = new Gauge({
        ...options(metric),
        collect() {
          if (monotonicMs() - setAt > maxAgeMs) this.set(0);
        },
      });
      return {
        set: (value) => {
          setAt = monotonicMs();
          gauge.set(value);
        },
        unset: () => {
          gauge.set(0);
        },
      };
    },
    monotonicMs,
    counter: (metric) => new Counter(options(metric)),
    histogram: (metric, buckets) => new Histogram({ ...options(metric), buckets: [...buckets] }),
  };
}

/** How `/metrics` is written: Prometheus' own text, or OpenMetrics. */
export type TextFormat = 'prometheus' | 'openmetrics';

/** A family whose lines are kept as text, by path: a scrape copies them and computes nothing. */
export interface TextFamily {
  /** The lines of a path from now on, made by `sample`; none: it has no series. */
  set(path: string, lines: readonly string[]): void;
  /** One line of this family. */
  sample(labels: Readonly<Record<string, string | number>>, value: number): string;
  /** HELP, TYPE and every line, in pieces of bounded size. */
  pieces(format: TextFormat): Generator<string>;
}

/** Lines of so many paths are one piece: between two of them the event loop turns. */
const pathsPerPiece = 250;

export function textFamily({ name, help }: MetricName, type: 'gauge' | 'counter'): TextFamily {
  const lines = new Map<string, string>();
  return {
    set: (path, text) => {
      if (text.length === 0) lines.delete(path);
      else lines.set(path, text.join(''));
    },
    sample: (labels, value) =>
      `${name}{${Object.entries(labels)
        .map(([label, text]) => `${label}="${escapeLabel(String(text))}"`)
        .join(',')}} ${value}\n`,
    *pieces(format) {
      yield header(name, help, type, format);
      let piece: string[] = [];
      for (const text of lines.values()) {
        piece.push(text);
        if (piece.length < pathsPerPiece) continue;
        yield piece.join('');
        piece = [];
      }
      yield piece.join('');
    },
  };
}

/** In OpenMetrics a counter's family goes without the `_total` of its samples. */
function header(name: string, help: string, type: string, format: TextFormat): string {
  const family = format === 'openmetrics' && type === 'counter' ? name.replace(/_total$/, '') : name;
  return `# HELP ${family} ${help}\n# TYPE ${family} ${type}\n`;
}

const escapeLabel = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');

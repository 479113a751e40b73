import type { MetricName } from './names.js';

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
    set: (path, own) => {
      if (own.length === 0) lines.delete(path);
      else lines.set(path, own.join(''));
    },
    sample: (labels, value) =>
      `${name}{${Object.entries(labels)
        .map(([label, text]) => `${label}="${escapeLabel(String(text))}"`)
        .join(',')}} ${value}\n`,
    *pieces(format) {
      yield header(name, help, type, format);
      let piece: string[] = [];
      for (const own of lines.values()) {
        piece.push(own);
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

interface Family {
  readonly name: string;
  /** Its samples: labels as they are written, and the value. */
  readonly samples: readonly (readonly [labels: string, value: number])[];
}

/** The counters, and the counts of the histograms, of a page of Prometheus' plain text; without Node's own. */
export function countersOf(text: string): Family[] {
  const lines = text.split('\n');
  return [...text.matchAll(/^# TYPE (?!\S+_(?:nodejs|process)_)(\S+) (counter|histogram)$/gm)].map(
    ([, name = '', type]) => {
      const sample = type === 'counter' ? name : `${name}_count`;
      const samples = lines.flatMap((line) => {
        const [, of, labels = '', value] = /^([\w:]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
        return of === sample ? [[labels, Number(value)] as const] : [];
      });
      return { name, samples };
    },
  );
}

/** The names of those that have no series: the first step of one of theirs is no increase to Prometheus. */
export const withoutSeries = (text: string): string[] =>
  countersOf(text)
    .filter(({ samples }) => samples.length === 0)
    .map(({ name }) => name);

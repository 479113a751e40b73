import type { TextFormat } from './text-family.js';

export const contentTypes: Readonly<Record<TextFormat, string>> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** OpenMetrics where the Accept header puts it before plain text, by the weights of RFC 9110, 12.5.1. */
export function formatFor(accept: string | undefined): TextFormat {
  const weight = (matches: (type: string) => boolean): number =>
    Math.max(
      0,
      ...(accept ?? '').split(',').map((entry) => {
        const [type = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase());
        if (!matches(type)) return 0;
        // Of its versions 1.0.0 is what is written here; 0.0.1 is read the same.
        if (parameters.some((parameter) => /^version=(?!0\.0\.[14]$|1\.0\.0$)/.test(parameter))) return 0;
        const quality = Number(parameters.find((one) => one.startsWith('q='))?.slice(2) ?? 1);
        return quality > 0 && quality <= 1 ? quality : 0;
      }),
    );
  const open = weight((type) => type === 'application/openmetrics-text');
  return open > 0 && open >= weight((type) => type === 'text/plain') ? 'openmetrics' : 'prometheus';
}

/**
 * prom-client's plain text as OpenMetrics, without its end mark: a counter's family goes without `_total`, and no line
 * is empty. (prom-client's own OpenMetrics renames the counters for good, and leaves plain text wrong after it.)
 */
export function asOpenMetrics(text: string): string {
  const counters = new Set([...text.matchAll(/^# TYPE (\S+) counter$/gm)].map(([, name]) => name));
  return text
    .replace(/^# (HELP|TYPE) (\S+)_total /gm, (line, kind: string, name: string) =>
      counters.has(`${name}_total`) ? `# ${kind} ${name} ` : line,
    )
    .replace(/^# HELP .*$/gm, (line) => line.replaceAll('"', '\\"'))
    .replace(/\n{2,}/g, '\n');
}

export const openMetricsEnd = '# EOF\n';

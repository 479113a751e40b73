import type { OutagePart } from '../../core/statement/document-parts.js';
import { merge } from '../../core/time/intervals.js';
import type { EpochMs } from '../../core/types.js';

/** An outage of a port, as a statement counts it, whoever saw it. */
export interface SeenOutage {
  readonly port: string;
  readonly state: OutagePart['state'];
  readonly from: EpochMs;
  /** Null while it lasts. */
  readonly to: EpochMs | null;
  /** How many observers saw it; 0: it was entered by hand. */
  readonly observers: number;
}

/** Several observers see the same outage, each a moment earlier or later: it is one line, oldest first. */
export function outagesOf(parts: readonly OutagePart[]): SeenOutage[] {
  const groups = new Map<string, { readonly first: OutagePart; readonly all: OutagePart[] }>();
  for (const part of parts) {
    const key = `${part.port} ${part.state}`;
    const group = groups.get(key) ?? { first: part, all: [] };
    group.all.push(part);
    groups.set(key, group);
  }
  return [...groups.values()]
    .flatMap(({ first: { port, state }, all }) => {
      const spans = all.map(({ from, to, observer }) => ({
        from: Date.parse(from),
        to: to === null ? Infinity : Date.parse(to),
        observer,
      }));
      return merge(spans).map(({ from, to }) => {
        const within = spans.filter((one) => one.from >= from && one.to <= to);
        const observers = new Set(within.flatMap(({ observer }) => observer ?? [])).size;
        return { port, state, from, to: to === Infinity ? null : to, observers };
      });
    })
    .sort((a, b) => a.from - b.from || (a.port < b.port ? -1 : 1));
}

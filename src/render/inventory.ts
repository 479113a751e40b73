import type { EpochMs } from '../core/types.js';
import { isoInstant } from './figures.js';
import { tableLines } from './table.js';

/** What of a configured PoP is shown. */
interface ShownPop {
  readonly id: string;
  readonly name: string;
  readonly region: string | null;
  readonly ipv4: string | null;
  readonly ipv6: string | null;
  readonly host: string | null;
  readonly coordinates: { readonly latitude: number; readonly longitude: number } | null;
}

interface ShownPath {
  readonly id: string;
  readonly source: string;
  readonly destination: string;
  readonly from: EpochMs | null;
  readonly to: EpochMs | null;
}

/** `agent` says that this daemon stands there. */
export function popJson(pop: ShownPop, agent: string): object {
  const { id, name, region, ipv4, ipv6, host, coordinates } = pop;
  return { id, name, region, ipv4, ipv6, host, coordinates, agent: id === agent };
}

export function pathJson({ id, source, destination, from, to }: ShownPath): object {
  return {
    id,
    source,
    destination,
    from: from === null ? null : isoInstant(from),
    to: to === null ? null : isoInstant(to),
  };
}

/** PoPs as text, a line each; ends with a newline. */
export function popsTable(pops: readonly ShownPop[], agent: string): string {
  const lines = tableLines(
    ['ID', 'NAME', 'REGION', 'ADDRESS', 'PLACE', ''].map((head) => ({ head })),
    pops.map((pop) => [
      pop.id,
      pop.name,
      pop.region ?? '-',
      [pop.ipv4, pop.ipv6, pop.host].filter((address) => address !== null).join(' '),
      pop.coordinates === null ? '-' : `${pop.coordinates.latitude}, ${pop.coordinates.longitude}`,
      pop.id === agent ? 'this agent' : '',
    ]),
  );
  return `${lines.join('\n')}\n`;
}

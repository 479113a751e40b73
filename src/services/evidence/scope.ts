import { type CustomerRegistry, type Segment, segmentsOf } from '../../core/customer/book.js';
import type { ExclusionScope } from '../../core/exclusion.js';
import type { LedgerAction, LedgerEvent } from '../../core/ledger/actions.js';
import { pathEnds } from '../../core/path.js';
import type { PathId, PopId } from '../../core/types.js';

/** The data that concerns one customer's services; nothing else goes into a pack. */
export interface EvidenceScope {
  readonly customer: string;
  readonly services: ReadonlySet<string>;
  readonly lines: ReadonlySet<string>;
  readonly paths: ReadonlySet<PathId>;
  /** The PoPs at the ends of lines. */
  readonly ports: ReadonlySet<PopId>;
  /** The PoPs at the ends of lines and of paths. */
  readonly pops: ReadonlySet<PopId>;
}

/** Covers all services of the customer, because caps span them. */
export function scopeOf(book: CustomerRegistry, customer: string): EvidenceScope {
  const segments: Segment[] = book.services.filter((each) => each.customer === customer).flatMap(segmentsOf);
  const lines = new Set(segments.flatMap((each) => each.lines));
  const paths = new Set(segments.flatMap((each) => each.paths));
  const ports = new Set(book.lines.filter(({ id }) => lines.has(id)).map(({ pop }) => pop));
  const ends = [...paths].flatMap((path) => {
    const found = pathEnds(path);
    return found ? [found.source, found.destination] : [];
  });
  const services = new Set(segments.map(({ id }) => id));
  return { customer, services, lines, paths, ports, pops: new Set([...ports, ...ends]) };
}

/** The ledger events that concern the scope; the others are confidential. */
export function eventsOf(events: readonly LedgerEvent[], scope: EvidenceScope): ReadonlySet<LedgerEvent> {
  const exclusions = new Set<string>();
  const added = new Set<string>();
  // Statements, credits, disputes and contacts decide no figure; customer entries are contained in the terms.
  const concerns = (action: LedgerAction): boolean => {
    if (action.type === 'exclusion-proposed' && touches(action.scope, scope)) exclusions.add(action.id);
    if (action.type === 'outage-added' && scope.ports.has(action.port)) added.add(action.id);
    if (action.type === 'outage-corrected' || action.type === 'outage-voided')
      return 'added' in action.of ? added.has(action.of.added) : scope.ports.has(action.of.port);
    if (action.type === 'outage-added') return added.has(action.id);
    return action.type.startsWith('exclusion-') && 'id' in action && exclusions.has(action.id);
  };
  return new Set(events.filter(({ action }) => concerns(action)));
}

function touches(scope: ExclusionScope, own: EvidenceScope): boolean {
  if (scope === 'all') return true;
  return (
    scope.customers.includes(own.customer) ||
    scope.pops.some((pop) => own.pops.has(pop)) ||
    scope.lines.some((line) => own.lines.has(line)) ||
    scope.services.some((service) => own.services.has(service)) ||
    scope.paths.some((path) => own.paths.has(path as PathId))
  );
}

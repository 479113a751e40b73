import type { StatementDocument } from './document.js';

/** What ids are called. A statement's document has ids only; what has no name here is called by its id. */
export interface Names {
  readonly customers: ReadonlyMap<string, string>;
  readonly sites: ReadonlyMap<string, string>;
  readonly pops: ReadonlyMap<string, string>;
}

/** The same as data, by id: stored beside a sealed statement, whose files show these names for good. */
export type StoredNames = { readonly [kind in keyof Names]: Readonly<Record<string, string>> };

/** The names of everything that a document names. What has none is stored by its id: it gets no other one later. */
export function storedNames(document: StatementDocument, names: Names): StoredNames {
  const { customer, sellers, site, parts, paths } = document;
  const pops = [
    ...parts.flatMap(({ lines }) => lines.map(({ pop }) => pop)),
    ...paths.flatMap(({ path }) => path.split('>')),
  ];
  const of = (named: ReadonlyMap<string, string>, ids: readonly string[]): Record<string, string> =>
    Object.fromEntries([...new Set(ids)].sort().map((id) => [id, named.get(id) ?? id]));
  return {
    customers: of(names.customers, [customer, ...sellers]),
    sites: of(names.sites, [site]),
    pops: of(names.pops, pops),
  };
}

export function namesFrom({ customers, sites, pops }: StoredNames): Names {
  const mapOf = (named: Readonly<Record<string, string>>) => new Map(Object.entries(named));
  return { customers: mapOf(customers), sites: mapOf(sites), pops: mapOf(pops) };
}

/** Of several, the last one that has a name for an id decides. */
export function joinedNames(all: readonly Names[]): Names {
  const joined = (kind: keyof Names) => new Map(all.flatMap((names) => [...names[kind]]));
  return { customers: joined('customers'), sites: joined('sites'), pops: joined('pops') };
}

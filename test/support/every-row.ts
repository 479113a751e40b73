import type { Store } from '../../src/store/store.js';

type Readable = Pick<Store, 'rounds' | 'watch' | 'paths'>;

const pageSize = 1_000;

/**
 * Everything that a store holds of what was measured and watched, one text a row, sorted: two stores with the same rows
 * give the same.
 */
export async function everyRow(store: Readable): Promise<string[]> {
  const rows: string[] = [];
  const add = (kind: string, row: unknown): void => {
    rows.push(`${kind} ${canonical(row)}`);
  };
  for await (const slot of slots(store)) {
    add('slot', slot);
    if (slot.status !== 'missing') add('packets', await packets(store, slot.path, slot.slot));
  }
  for (const outage of await store.watch.outages()) add('outage', outage);
  for (const state of await store.watch.states()) add('state', state);
  const observers = new Set((await store.watch.states()).map(({ observer }) => observer));
  for (const { observer } of await store.watch.outages()) observers.add(observer);
  for (const { observer } of await store.watch.blind({ port: '' })) observers.add(observer);
  for (const { path } of await sightings(store)) observers.add(path.split('>')[0] ?? '');
  for (const observer of observers) for (const span of await store.watch.spans(observer)) add('span', span);
  for (const blind of await store.watch.blind()) add('blind', blind);
  for (const trace of await store.watch.traces()) add('trace', trace);
  for (const sighting of await sightings(store)) add('path', sighting);
  return rows.sort();
}

async function* slots(store: Readable) {
  let after: { slot: number; path: `${string}>${string}` } | undefined;
  for (;;) {
    const page = await store.rounds.list({ limit: pageSize, order: 'oldest', ...(after && { after }) });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return;
    after = { slot: last.slot, path: last.path };
  }
}

const packets = async (store: Readable, path: `${string}>${string}`, slot: number) => ({
  path,
  slot,
  packets: await store.rounds.packets(path, slot),
});

const sightings = async (store: Readable) =>
  [...(await store.paths.known())].map(([path, seen]) => ({ path, ...seen }));

/** JSON with the fields in one order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** When something is due, nanoseconds on a clock of the caller's. */
export interface Due {
  dueNs: number;
}

/** Rounds in the order of their next packet: a binary heap. Equal instants come in any order. */
export interface Agenda<T extends Due> {
  readonly size: number;
  add(item: T): void;
  /** What is due first; stays where it is. */
  first(): T | undefined;
  /** Takes the first out. */
  shift(): T | undefined;
  /** The first one's `dueNs` was put off: gives it its new place. */
  postponed(): void;
}

export function createAgenda<T extends Due>(): Agenda<T> {
  const heap: T[] = [];
  const dueAt = (index: number): number => heap[index]?.dueNs ?? Infinity;
  const swap = (a: number, b: number): void => {
    const [atA, atB] = [heap[a], heap[b]];
    if (atA === undefined || atB === undefined) return;
    heap[a] = atB;
    heap[b] = atA;
  };
  const sink = (): void => {
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      const least = dueAt(left + 1) < dueAt(left) ? left + 1 : left;
      if (dueAt(least) >= dueAt(at)) return;
      swap(at, least);
      at = least;
    }
  };
  return {
    get size() {
      return heap.length;
    },
    add(item) {
      let at = heap.push(item) - 1;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (dueAt(parent) <= dueAt(at)) return;
        swap(at, parent);
        at = parent;
      }
    },
    first: () => heap[0],
    shift() {
      const [first] = heap;
      const last = heap.pop();
      if (last !== undefined && heap.length > 0) {
        heap[0] = last;
        sink();
      }
      return first;
    },
    postponed: sink,
  };
}

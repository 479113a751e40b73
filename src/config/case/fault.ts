/** Where in a document something is wrong, as a JSON path (`$.rounds[3].slot`), and what is allowed there. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

/** A value with the way to it; the path is written out only for a fault. */
export interface Node {
  readonly value: unknown;
  readonly parent: Node | null;
  readonly key: string | number;
}

export const rootNode = (value: unknown): Node => ({ value, parent: null, key: '$' });

export const childNode = (parent: Node, key: string | number, value: unknown): Node => ({
  value,
  parent,
  key,
});

export function pathOf(node: Node): string {
  const keys: (string | number)[] = [];
  let at: Node = node;
  while (at.parent !== null) {
    keys.push(at.key);
    at = at.parent;
  }
  return jsonPath(keys.reverse());
}

export function jsonPath(keys: readonly (string | number)[]): string {
  return keys.reduce<string>((path, key) => {
    if (typeof key === 'number') return `${path}[${key}]`;
    return /^[A-Za-z_][A-Za-z0-9_-]*$/.test(key)
      ? `${path}.${key}`
      : `${path}[${JSON.stringify(short(key))}]`;
  }, '$');
}

/** Faults in the order of finding; after `most` they are only counted, so that a broken giant stays readable. */
export interface Faults {
  add(node: Node, message: string): void;
  addAt(path: string, message: string): void;
  /** What is no fault, and odd enough to be said. */
  note(node: Node, message: string): void;
  readonly count: number;
  list(): Fault[];
  notes(): Fault[];
}

export function collectFaults(most = 1000): Faults {
  const kept: Fault[] = [];
  const noted: Fault[] = [];
  let count = 0;
  const addAt = (path: () => string, message: string) => {
    count += 1;
    if (kept.length < most) kept.push({ path: path(), message });
  };
  return {
    add: (node, message) => {
      addAt(() => pathOf(node), message);
    },
    addAt: (path, message) => {
      addAt(() => path, message);
    },
    note: (node, message) => {
      if (noted.length < most) noted.push({ path: pathOf(node), message });
    },
    notes: () => noted,
    get count() {
      return count;
    },
    list: () =>
      count > kept.length
        ? [...kept, { path: '$', message: `has ${count - kept.length} more faults, not listed` }]
        : kept,
  };
}

/** A text from outside, short enough for an error message and safe for a terminal. */
export function short(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what must not reach a terminal
  const safe = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, '\ufffd');
  return safe.length > 60 ? `${safe.slice(0, 57)}...` : safe;
}

/** What was found instead, for a message. */
export function found(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') return JSON.stringify(short(value));
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  return typeof value === 'boolean' ? String(value) : typeof value;
}

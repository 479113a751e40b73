import { printableLine } from '../../core/text/control-characters.js';

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
    return /^[A-Za-z_][A-Za-z0-9_-]*$/.test(key) ? `${path}.${key}` : `${path}[${quoted(key)}]`;
  }, '$');
}

/** Faults in the order of finding; after `most` they are only counted, so that a broken giant stays readable. */
export interface Faults {
  add(node: Node, message: string): void;
  addAt(path: string, message: string): void;
  /** What is no fault, and odd enough to be said: the case is judged all the same. */
  note(node: Node, message: string): void;
  readonly count: number;
  list(): Fault[];
  notes(): Fault[];
}

export function collectFaults(most = 1000): Faults {
  const faults = listOf(most, 'faults');
  const notes = listOf(most, 'notes');
  return {
    add: (node, message) => {
      faults.add(() => pathOf(node), message);
    },
    addAt: (path, message) => {
      faults.add(() => path, message);
    },
    note: (node, message) => {
      notes.add(() => pathOf(node), message);
    },
    get count() {
      return faults.count();
    },
    list: faults.list,
    notes: notes.list,
  };
}

function listOf(most: number, what: string) {
  const listed: Fault[] = [];
  let count = 0;
  return {
    add: (path: () => string, message: string): void => {
      count += 1;
      if (listed.length < most) listed.push({ path: path(), message });
    },
    count: () => count,
    list: (): Fault[] =>
      count > listed.length
        ? [...listed, { path: '$', message: `has ${count - listed.length} more ${what}, not listed` }]
        : listed,
  };
}

/** A text from outside in quotes, short enough for an error message and safe for a terminal. */
export function quoted(text: string): string {
  return printableLine(JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text));
}

/** What was found instead, for a message. */
export function found(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  return typeof value === 'boolean' ? String(value) : typeof value;
}

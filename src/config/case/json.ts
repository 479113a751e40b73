import { printableLine } from '../../core/text/control-characters.js';
import { losesDigits } from '../scalars/exact-number.js';

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

function jsonPath(keys: readonly (string | number)[]): string {
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

const deepest = 64;

/**
 * Parses JSON (RFC 8259), and finds what `JSON.parse` lets pass: a key given twice, of which only the last would count.
 * Gives the value, or the faults: a syntax error with its line and column, or every key given twice.
 */
export function parseJson(text: string): { readonly value: unknown } | { readonly faults: readonly Fault[] } {
  const faults = collectFaults();
  const path: (string | number)[] = [];
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;

  const fail = (expected: string): never => {
    throw new JsonSyntaxError(
      `${expected}, found ${at < text.length ? quoted(text.slice(at, at + 12)) : 'the end'}`,
    );
  };

  const skipSpace = (): void => {
    for (; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
    }
  };

  const parseString = (): string => {
    const start = at + 1;
    for (let end = start; end < text.length; end += 1) {
      const code = text.charCodeAt(end);
      if (code === 0x22) {
        at = end + 1;
        return text.slice(start, end);
      }
      if (code < 0x20) break;
      if (code === 0x5c) return parseEscaped(start, end);
    }
    return fail('expected a string that ends on its line');
  };

  /** The slow way, for strings with escapes: finds the end and leaves the rest to the platform. */
  const parseEscaped = (start: number, from: number): string => {
    for (let end = from; end < text.length; end += 1) {
      const code = text.charCodeAt(end);
      if (code < 0x20) break;
      if (code === 0x5c) end += 1;
      else if (code === 0x22) {
        const literal = text.slice(start - 1, end + 1);
        try {
          const value = JSON.parse(literal) as string;
          at = end + 1;
          return value;
        } catch {
          return fail('expected a string with valid escapes');
        }
      }
    }
    return fail('expected a string that ends on its line');
  };

  const numberExpression = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
  const parseNumber = (): number => {
    numberExpression.lastIndex = at;
    const literal = numberExpression.exec(text)?.[0];
    if (literal === undefined) return fail('expected a value');
    at += literal.length;
    const value = Number(literal);
    if (literal.includes('.') && losesDigits(literal, value)) {
      faults.addAt(
        jsonPath(path),
        `${literal} has more digits than a number keeps (it would be read as ${value}): write it in quotes`,
      );
    }
    return value;
  };

  const parseWord = (): boolean | null => {
    for (const [word, value] of [
      ['true', true],
      ['false', false],
      ['null', null],
    ] as const) {
      if (text.startsWith(word, at)) {
        at += word.length;
        return value;
      }
    }
    return fail('expected a value');
  };

  const parseObject = (): Record<string, unknown> => {
    const object: Record<string, unknown> = {};
    at += 1;
    skipSpace();
    if (text[at] === '}') {
      at += 1;
      return object;
    }
    for (;;) {
      skipSpace();
      if (text[at] !== '"') fail('expected a key in double quotes');
      const key = parseString();
      skipSpace();
      if (text[at] !== ':') fail('expected ":"');
      at += 1;
      path.push(key);
      if (Object.hasOwn(object, key)) faults.addAt(jsonPath(path), 'is given twice: a key may stand once');
      const value = parseValue();
      // Assigning to this one key would set the prototype.
      if (key === '__proto__') Object.defineProperty(object, key, { value, enumerable: true });
      else object[key] = value;
      path.pop();
      skipSpace();
      if (text[at] === ',') at += 1;
      else if (text[at] === '}') break;
      else fail('expected "," or "}"');
    }
    at += 1;
    return object;
  };

  const parseList = (): unknown[] => {
    const list: unknown[] = [];
    at += 1;
    skipSpace();
    if (text[at] === ']') {
      at += 1;
      return list;
    }
    for (;;) {
      path.push(list.length);
      list.push(parseValue());
      path.pop();
      skipSpace();
      if (text[at] === ',') at += 1;
      else if (text[at] === ']') break;
      else fail('expected "," or "]"');
    }
    at += 1;
    return list;
  };

  const parseValue = (): unknown => {
    skipSpace();
    if (path.length > deepest) throw new JsonSyntaxError(`is nested deeper than ${deepest} levels`);
    switch (text.charAt(at)) {
      case '{':
        return parseObject();
      case '[':
        return parseList();
      case '"':
        return parseString();
      case 't':
      case 'f':
      case 'n':
        return parseWord();
      default:
        return parseNumber();
    }
  };

  try {
    const value = parseValue();
    skipSpace();
    if (at < text.length) fail('expected nothing after the value');
    return faults.count > 0 ? { faults: faults.list() } : { value };
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    return { faults: [{ path: '$', message: `is not JSON: ${place(text, at)}: ${error.message}` }] };
  }
}

class JsonSyntaxError extends Error {}

function place(text: string, at: number): string {
  let line = 1;
  let start = 0;
  for (let next = text.indexOf('\n'); next >= 0 && next < at; next = text.indexOf('\n', start)) {
    line += 1;
    start = next + 1;
  }
  return `line ${line}, column ${at - start + 1}`;
}

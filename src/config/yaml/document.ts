import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import type { Fault, KeyPath } from '../problem.js';
import { losesDigits } from '../scalars/exact-number.js';

const keyText = (key: unknown): string => String(isScalar(key) ? key.value : key);

const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);

/** Where in the text the value at the fault's path starts (or its key); where the path ends, what is around it. */
function offsetOf(doc: Document, fault: Fault): number {
  let node: unknown = doc.contents;
  let offset = startOf(node) ?? 0;
  for (const [depth, step] of fault.at.entries()) {
    if (isAlias(node)) node = node.resolve(doc);
    let key: unknown;
    if (isMap(node)) {
      const pair = node.items.find((item) => keyText(item.key) === String(step));
      [key, node] = [pair?.key, pair?.value];
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step];
    } else {
      return offset;
    }
    const last = depth === fault.at.length - 1;
    const found = last && fault.onKey ? (startOf(key) ?? startOf(node)) : (startOf(node) ?? startOf(key));
    if (found === undefined) return offset;
    offset = found;
  }
  return offset;
}

/** The path of the key that starts at `offset`. */
function keyPathOf(doc: Document, offset: number): KeyPath | null {
  const search = (node: unknown, at: KeyPath): KeyPath | null => {
    if (isMap(node)) {
      for (const { key, value } of node.items) {
        const here = [...at, keyText(key)];
        if (startOf(key) === offset) return here;
        const inside = search(value, here);
        if (inside !== null) return inside;
      }
    } else if (isSeq(node)) {
      for (const [index, item] of node.items.entries()) {
        const inside = search(item, [...at, index]);
        if (inside !== null) return inside;
      }
    }
    return null;
  };
  return search(doc.contents, []);
}

/** A file that people write needs few; files that are written to exhaust memory need many. */
const maxAliases = 100;

/** Aliases that refer to nothing, or are too many; each with its offset in the text. */
function aliasFaults(doc: Document.Parsed): { fault: Fault; offset: number }[] {
  const anchors = new Set<string>();
  const faults: { fault: Fault; offset: number }[] = [];
  let aliases = 0;
  visit(doc, {
    Node: (_key, node) => {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.add(node.anchor);
        return undefined;
      }
      aliases += 1;
      const offset = node.range?.[0] ?? 0;
      if (aliases > maxAliases) {
        faults.push({
          fault: { at: [], what: 'has too many aliases', allowed: `at most ${maxAliases}` },
          offset,
        });
        return visit.BREAK;
      }
      if (!anchors.has(node.source)) {
        const what = `*${node.source} refers to no anchor`;
        faults.push({ fault: { at: [], what, allowed: `an anchor &${node.source} before it` }, offset });
      }
      return undefined;
    },
  });
  return faults;
}

/** The text's data, and where in the text each of its keys and values stands. */
interface YamlText {
  readonly value: unknown;
  /** Faults of the text itself, with their place. */
  readonly faults: readonly { readonly fault: Fault; readonly place: Place }[];
  /** False when the text could not be understood, so that `value` tells nothing. */
  readonly readable: boolean;
  /** The place of what a fault speaks of; of the nearest thing around it when it isn't there. */
  placeOf(fault: Fault): Place;
}

/** Counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

const maxChars = 1_048_576;
/** A text that is no YAML at all breaks a rule at every word. */
const maxErrors = 100;

/** YAML 1.2 text → data and places. Never throws. */
export function readYaml(text: string): YamlText {
  if (text.length > maxChars) {
    return unreadable('is too long', `at most ${maxChars} characters`);
  }
  const counter = new LineCounter();
  const doc = compose(text, counter);
  if (doc === null) return unreadable('is nested too deeply', 'a few levels of mappings and lists');
  const placeAt = (offset: number): Place => {
    const { line, col } = counter.linePos(Math.min(offset, text.length));
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  // One slip of the pen can break several rules at one place: the first says it.
  const errors = [
    ...new Map([...doc.errors, ...doc.warnings].reverse().map((error) => [error.pos[0], error])).values(),
  ].sort((a, b) => a.pos[0] - b.pos[0]);
  const unresolved = aliasFaults(doc);
  const inexact = numberFaults(doc);
  const faults = [
    ...errors
      .slice(0, maxErrors)
      .map((error) => ({ fault: syntaxFault(error, doc, text), place: placeAt(error.pos[0]) })),
    ...[...unresolved, ...inexact].map(({ fault, offset }) => ({ fault, place: placeAt(offset) })),
  ];
  // A doubled key leaves the rest of the text readable; after any other fault the data would be a guess.
  let readable = errors.every((error) => error.code === 'DUPLICATE_KEY') && unresolved.length === 0;
  let value: unknown = null;
  if (readable) {
    try {
      value = doc.toJS({ maxAliasCount: maxAliases });
    } catch {
      readable = false;
      faults.push({ fault: { at: [], what: 'grows without bounds through its aliases' }, place: placeAt(0) });
    }
  }
  return { value, faults, readable, placeOf: (fault) => placeAt(offsetOf(doc, fault)) };
}

/** Numbers that are read as others than were written. */
function numberFaults(doc: Document.Parsed): { fault: Fault; offset: number }[] {
  const faults: { fault: Fault; offset: number }[] = [];
  visit(doc, {
    Scalar: (_key, { value, source, range, type }) => {
      if (type !== 'PLAIN' || typeof value !== 'number' || source === undefined) return;
      if (faults.length >= maxErrors || !losesDigits(source, value)) return;
      const shown = source.length > 40 ? `${source.slice(0, 40)}…` : source;
      faults.push({
        fault: {
          at: [],
          what: `${shown} has more digits than a number in YAML keeps (it would be read as ${value})`,
          allowed: `it in quotes: '${shown}'`,
        },
        offset: range?.[0] ?? 0,
      });
    },
  });
  return faults;
}

/** Null when the parser ran out of stack, which it throws or reports as it happens. */
function compose(text: string, lineCounter: LineCounter): Document.Parsed | null {
  try {
    const doc = parseDocument(text, { lineCounter, prettyErrors: false, logLevel: 'error' });
    return doc.errors.some(({ message }) => message.includes('call stack')) ? null : doc;
  } catch {
    return null;
  }
}

function unreadable(what: string, allowed: string): YamlText {
  const place = { line: 1, column: 1 };
  return {
    value: null,
    faults: [{ fault: { at: [], what, allowed }, place }],
    readable: false,
    placeOf: () => place,
  };
}

function syntaxFault(error: YAMLError, doc: Document.Parsed, text: string): Fault {
  if (error.code === 'DUPLICATE_KEY') {
    const at = keyPathOf(doc, error.pos[0]) ?? [];
    return { at, onKey: true, what: 'is given twice', allowed: 'each key once' };
  }
  if (error.code === 'MULTIPLE_DOCS') {
    return { at: [], what: 'has a second document', allowed: 'one document' };
  }
  const near = text.slice(error.pos[0]).split('\n', 1)[0]?.trim().slice(0, 40) ?? '';
  const shown = near === '' ? '' : `, at ${JSON.stringify(near)}`;
  const [what = ''] = error.message.split('\n', 1);
  return { at: [], what: `is not valid YAML: ${what.charAt(0).toLowerCase()}${what.slice(1)}${shown}` };
}

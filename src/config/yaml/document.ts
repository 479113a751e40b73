import { LineCounter, parseDocument, visit, type Document, type YAMLError } from 'yaml';
import type { Fault } from '../problem.js';
import { losesDigits } from '../scalars/exact-number.js';
import { aliasFaults, maxAliases } from './aliases.js';
import { keyPathOf, offsetOf } from './places.js';

/** The text's data, and where in the text each of its keys and values stands. */
export interface YamlText {
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
const mostErrors = 100;

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
      .slice(0, mostErrors)
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
      if (faults.length >= mostErrors || !losesDigits(source, value)) return;
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

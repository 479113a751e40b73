import { isAlias, LineCounter, parseDocument, visit, type Document, type YAMLError } from 'yaml';
import type { Fault } from '../problem.js';
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
/** A file that people write needs few; files that are written to exhaust memory need many. */
const maxAliases = 100;

/** YAML 1.2 text → data and places. Never throws. */
export function readYaml(text: string): YamlText {
  if (text.length > maxChars) {
    return unreadable('is too long', `at most ${maxChars} characters`);
  }
  const counter = new LineCounter();
  let doc: Document.Parsed;
  try {
    doc = parseDocument(text, { lineCounter: counter, prettyErrors: false, logLevel: 'silent' });
  } catch {
    return unreadable('is nested too deeply', 'a few levels of mappings and lists');
  }
  const placeAt = (offset: number): Place => {
    const { line, col } = counter.linePos(Math.min(offset, text.length));
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const errors = [...doc.errors, ...doc.warnings];
  const faults = [
    ...errors.map((error) => ({ fault: syntaxFault(error, doc, text), place: placeAt(error.pos[0]) })),
    ...aliasFaults(doc).map(({ fault, offset }) => ({ fault, place: placeAt(offset) })),
  ];
  // A doubled key leaves the rest of the text readable; after any other fault the data would be a guess.
  let readable = errors.every((error) => error.code === 'DUPLICATE_KEY') && faults.length === errors.length;
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
  const near = text.slice(error.pos[0]).split('\n', 1)[0]?.trim().slice(0, 40) ?? '';
  const shown = near === '' ? '' : `, at ${JSON.stringify(near)}`;
  const [what = ''] = error.message.split('\n', 1);
  return { at: [], what: `is not valid YAML: ${what.charAt(0).toLowerCase()}${what.slice(1)}${shown}` };
}

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

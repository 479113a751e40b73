import { hasControls, printableText } from '../../core/text/control-characters.js';
import { childNode, type Faults, found, type Node, quoted } from './json.js';

/** Small checks that give the value, or note a fault and give null; so one run finds every fault. */

interface Keys {
  readonly required: readonly string[];
  readonly optional?: readonly string[];
}

/** Gives a getter for the keys of an object, after every unknown and missing key is noted. */
export function checkObject(node: Node, keys: Keys, faults: Faults): ((key: string) => Node) | null {
  const { value } = node;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    faults.add(node, `must be an object, found ${found(value)}`);
    return null;
  }
  const { required, optional = [] } = keys;
  for (const key in value) {
    if (required.includes(key) || optional.includes(key)) continue;
    faults.add(
      childNode(node, key, undefined),
      `is not a known key: allowed are ${[...required, ...optional].join(', ')}`,
    );
  }
  const record = value as Record<string, unknown>;
  for (const key of required) {
    if (!Object.hasOwn(record, key)) faults.add(childNode(node, key, undefined), 'is missing');
  }
  return (key) => childNode(node, key, Object.hasOwn(record, key) ? record[key] : undefined);
}

/** The elements; none where a fault was noted, or where the key is missing (its object notes that). */
export function checkList(node: Node, faults: Faults): Node[] {
  if (node.value === undefined) return [];
  if (!Array.isArray(node.value)) {
    faults.add(node, `must be a list, found ${found(node.value)}`);
    return [];
  }
  return node.value.map((value, index) => childNode(node, index, value));
}

/** One line of text that is not empty: it reaches terminals, logs and documents. */
export function checkText(node: Node, faults: Faults, most = 200): string | null {
  const { value } = node;
  if (typeof value !== 'string' || !hasControls(value)) return checkLongText(node, faults, most);
  faults.add(node, `must be one line of text without control characters, found ${found(value)}`);
  return null;
}

/** A text that is not empty and may have several lines. */
export function checkLongText(node: Node, faults: Faults, most: number): string | null {
  const { value } = node;
  if (value === undefined) return null;
  if (typeof value !== 'string' || value.trim() === '' || value.length > most) {
    faults.add(node, `must be a text of 1 to ${most} characters, found ${found(value)}`);
    return null;
  }
  if (printableText(value) !== value) {
    faults.add(node, `must have no control characters but line ends and tabs, found ${found(value)}`);
    return null;
  }
  return value;
}

export function checkOneOf<T extends string>(node: Node, allowed: readonly T[], faults: Faults): T | null {
  const { value } = node;
  if (value === undefined) return null;
  const match = allowed.find((each) => each === value);
  if (match !== undefined) return match;
  faults.add(node, `must be one of ${allowed.join(', ')}, found ${found(value)}`);
  return null;
}

/** A whole number from 0 on that a double holds exactly. */
export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0);
}

/** A whole number from 0 on. */
export function checkCount(node: Node, faults: Faults): number | null {
  const { value } = node;
  if (value === undefined) return null;
  if (isCount(value)) return value;
  faults.add(node, `must be a whole number from 0 on, found ${found(value)}`);
  return null;
}

/** Reads a text with a parser that says what is wrong. */
export function checkParsed<T extends object>(
  node: Node,
  parse: (text: string) => T | { readonly fault: string },
  faults: Faults,
): T | null {
  const { value } = node;
  if (value === undefined) return null;
  if (typeof value !== 'string') {
    faults.add(node, `must be a text, found ${found(value)}`);
    return null;
  }
  const result = parse(value);
  if ('fault' in result) {
    faults.add(node, `${result.fault}, found ${quoted(value)}`);
    return null;
  }
  return result;
}

/** Every key of a case. The lists of facts may be left out where there are none. */
export const caseKeys: Keys = {
  required: ['plan', 'month', 'lines', 'services'],
  optional: [
    'outages',
    'unobserved',
    'exclusions',
    'commitments',
    'paths',
    'rounds',
    'history',
    'maintenanceUsed',
  ],
};
export const lineKeys: Keys = { required: ['id', 'pop'] };
export const serviceKeys: Keys = {
  required: ['id', 'site', 'class', 'lines', 'start', 'monthlyRent'],
  optional: ['end', 'paths', 'customer', 'taxPercent', 'agreedStart', 'installationCharge'],
};
export const moneyKeys: Keys = { required: ['amount', 'currency'] };
export const lineIntervalKeys: Keys = { required: ['line', 'from', 'to'] };
export const outageKeys: Keys = { required: ['line', 'from', 'to'], optional: ['reportedAt'] };
export const exclusionKeys: Keys = {
  required: ['kind', 'scope', 'from', 'to'],
  optional: ['noticeAt', 'proof'],
};
export const scopeKeys: Keys = {
  required: [],
  optional: ['pops', 'lines', 'paths', 'services', 'customers'],
};
export const commitmentKeys: Keys = { required: ['path', 'latencyMs'] };
export const pathKeys: Keys = { required: ['path', 'dscp'] };
export const roundKeys: Keys = { required: ['path', 'slot'], optional: ['sizes', 'status'] };
export const sizeKeys: Keys = {
  required: ['bytes'],
  optional: ['sent', 'received', 'rttSumUs', 'rttMinUs', 'rttUs'],
};
export const historyKeys: Keys = {
  required: ['month', 'service', 'site', 'currency', 'rent', 'credit'],
  optional: ['customer'],
};
export const maintenanceUsedKeys: Keys = { required: ['line', 'ms'] };

import { isAlias, isMap, isNode, isScalar, isSeq, type Document } from 'yaml';
import type { Fault, KeyPath } from '../problem.js';

const keyText = (key: unknown): string => String(isScalar(key) ? key.value : key);

const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);

/** Where in the text the value at the fault's path starts (or its key); where the path ends, what is around it. */
export function offsetOf(doc: Document, fault: Fault): number {
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
export function keyPathOf(doc: Document, offset: number): KeyPath | null {
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

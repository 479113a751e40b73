import { isAlias, visit, type Document } from 'yaml';
import type { Fault } from '../problem.js';

/** A file that people write needs few; files that are written to exhaust memory need many. */
export const maxAliases = 100;

/** Aliases that refer to nothing, or are too many; each with its offset in the text. */
export function aliasFaults(doc: Document.Parsed): { fault: Fault; offset: number }[] {
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

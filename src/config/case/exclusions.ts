import { type Exclusion, exclusionKinds, type ExclusionScope } from '../../core/exclusion.js';
import { exclusionFaults, type ExclusionFault } from '../../core/exclusion-rules.js';
import { isPopId, popIdRule } from '../../core/path.js';
import {
  checkList,
  checkLongText,
  checkObject,
  checkOneOf,
  checkText,
  exclusionKeys,
  scopeKeys,
} from './check.js';
import { found, type Faults, type Node } from './json.js';
import { checkInstant, checkOrder, checkPath, type Known, type Rules } from './values.js';
import { checkLineId } from './services.js';
import { sentenceOf } from '../../i18n/refusals.js';

interface ScopeContext {
  readonly rules: Rules | null;
  readonly lines: Known;
  readonly services: Known;
  readonly customers: Known;
}

export function checkExclusions(list: Node, context: ScopeContext, faults: Faults): Exclusion[] {
  return checkList(list, faults).flatMap((node) => {
    const at = checkObject(node, exclusionKeys, faults);
    if (!at) return [];
    const kind = checkOneOf(at('kind'), exclusionKinds, faults);
    const scope = checkScope(at('scope'), context, faults);
    const from = checkInstant(at('from'), faults);
    const to = checkInstant(at('to'), faults);
    checkOrder(node, from, to, faults);
    const noticeAt = checkInstant(at('noticeAt'), faults);
    const proof = checkLongText(at('proof'), faults, 10_000);
    if (kind !== null && context.rules !== null) {
      // Where a key can't be read, that is its fault; what stands in for it here breaks no rule.
      const readable: Exclusion = {
        kind,
        scope: scope ?? noScope,
        from: from ?? Infinity,
        to: Infinity,
        noticeAt,
        proof,
      };
      const given: Record<ExclusionFault['key'], unknown> = { scope, noticeAt, proof };
      for (const { key, code } of exclusionFaults(readable, context.rules.plan.exclusions)) {
        if (given[key] !== null || at(key).value === undefined) faults.add(at(key), sentenceOf(code));
      }
    }
    if (kind === null || scope === null || from === null || to === null) return [];
    return [{ kind, scope, from, to, noticeAt, proof }];
  });
}

const noScope: ExclusionScope = { pops: [], paths: [], lines: [], services: [], customers: [] };

function checkScope(node: Node, context: ScopeContext, faults: Faults): ExclusionScope | null {
  if (node.value === undefined) return null;
  if (node.value === 'all') return 'all';
  if (typeof node.value === 'string') {
    faults.add(node, `must be "all" or an object of lists, found ${found(node.value)}`);
    return null;
  }
  const before = faults.count;
  const at = checkObject(node, scopeKeys, faults);
  if (!at) return null;
  const each = <T>(key: string, check: (item: Node) => T | null): T[] =>
    checkList(at(key), faults).flatMap((item) => check(item) ?? []);
  const scope = {
    pops: each('pops', (item) => checkPop(item, faults)),
    paths: each('paths', (item) => checkPath(item, faults)),
    lines: each('lines', (item) => checkLineId(item, context.lines, faults)),
    services: each('services', (item) => checkKnown(item, context.services, 'service', faults)),
    customers: each('customers', (item) => checkKnown(item, context.customers, 'customer', faults)),
  };
  if (faults.count === before && Object.values(scope).every((names) => names.length === 0)) {
    faults.add(node, 'names nothing: must be "all" or name pops, lines, paths, services or customers');
  }
  return scope;
}

function checkPop(node: Node, faults: Faults): string | null {
  const pop = checkText(node, faults);
  if (pop === null || isPopId(pop)) return pop;
  faults.add(node, `must be ${popIdRule}, found ${found(pop)}`);
  return null;
}

function checkKnown(node: Node, known: Known, what: string, faults: Faults): string | null {
  const id = checkText(node, faults);
  if (id === null || known.has(id)) return id;
  faults.add(node, `is an unknown ${what} ${found(id)}: it must stand in "services"`);
  return null;
}

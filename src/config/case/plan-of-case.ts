import type { Plan } from '../../core/plan/plan.js';
import type { PlanFiles } from '../plan/files.js';
import { planFromData, type PlanResult } from '../plan/parse.js';
import { formatProblem } from '../problem.js';
import { checkObject, checkText } from './check.js';
import { childNode, found, pathOf, type Faults, type Node } from './fault.js';

/** The plan of a case: a built-in one by its id, a file, or the whole of it. */
export function checkPlanOf(node: Node, files: PlanFiles, folder: string, faults: Faults): Plan | null {
  const { value } = node;
  if (value === undefined) return null;
  if (typeof value === 'string') {
    const result = files.byId(value);
    if (result === null) {
      faults.add(
        node,
        `is no built-in plan: must be one of ${files.builtIn().join(', ')}, found ${found(value)}`,
      );
      return null;
    }
    return planOrFaults(result, node, faults);
  }
  if (typeof value === 'object' && value !== null && Object.hasOwn(value, 'file')) {
    const at = checkObject(node, { required: ['file'] }, faults);
    const file = at && checkText(at('file'), faults, 4096);
    return at && file !== null ? planOrFaults(files.byFile(file, folder), at('file'), faults) : null;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    faults.add(node, `must be the id of a built-in plan, a plan, or {"file": "path"}, found ${found(value)}`);
    return null;
  }
  const result = planFromData(value);
  if (result.ok) return result.plan;
  for (const fault of result.faults) {
    const at = fault.at.reduce<Node>((parent, key) => childNode(parent, key, undefined), node);
    faults.addAt(
      pathOf(at),
      fault.allowed === undefined ? fault.what : `${fault.what}; allowed: ${fault.allowed}`,
    );
  }
  return null;
}

function planOrFaults(result: PlanResult, node: Node, faults: Faults): Plan | null {
  if (result.ok) return result.plan;
  for (const problem of result.problems)
    faults.add(node, `is a plan with a fault: ${formatProblem(problem)}`);
  return null;
}

import { readCase } from '../../../src/config/case/read-case.js';
import { planFiles } from '../../../src/config/plan/parse.js';
import { monthDetails } from '../../../src/core/statement/result.js';
import { judgeMonth } from '../../../src/core/statement/judge.js';
import type { Json } from '../../config/case/support.js';
import { root } from '../../support/source-files.js';

/** A case's result with everything beside the documented keys. */
export function detailsOf(data: Json): Json {
  const read = readCase(JSON.stringify(data), planFiles(root), root);
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  return JSON.parse(JSON.stringify(monthDetails(judgeMonth(read.case))));
}

import { readCase } from '../config/case/read-case.js';
import { findHome } from '../config/defaults.js';
import { planFiles, type PlanFiles } from '../config/plan/parse.js';
import { monthDetails, monthResult } from '../core/statement/result.js';
import { judgeMonth } from '../core/statement/judge.js';

export type Evaluated =
  | { readonly result: object }
  | { readonly faults: readonly { readonly path: string; readonly message: string }[] };

/** Judges an uploaded case, which can't refer to files on this machine. `bytes` is its JSON. */
export function evaluateCase(bytes: Uint8Array, details: boolean): Evaluated {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { faults: [{ path: '$', message: 'is not UTF-8' }] };
  }
  const read = readCase(text, withoutFiles(planFiles(findHome())), '');
  if (!read.ok) return { faults: read.faults };
  const judged = judgeMonth(read.case);
  const result = details ? monthDetails(judged) : monthResult(judged);
  if (read.notes.length === 0) return { result };
  return { result: { ...result, notes: read.notes.map(({ path, message }) => `${path} ${message}`) } };
}

const withoutFiles = (files: PlanFiles): PlanFiles => ({
  ...files,
  byFile: (file) => ({
    ok: false,
    problems: [
      {
        file,
        line: null,
        column: null,
        path: '',
        value: null,
        what: 'names a file of another machine',
        allowed: 'the id of a plan, or the whole plan',
      },
    ],
  }),
});

import { formatProblems, type Problem } from '../config/problem.js';

/** The configuration is not one: every fault of it, with its place. */
export class ConfigRejected extends Error {
  override readonly name = 'ConfigRejected';
  constructor(readonly problems: readonly Problem[]) {
    super(formatProblems(problems));
  }
}

/** `http.listen` can't be had. */
export class ListenFault extends Error {
  override readonly name = 'ListenFault';
}

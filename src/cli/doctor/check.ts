/**
 * `unknown`: it could not be found out, which is not the same as being right. `note`: nothing that the daemon needs.
 */
export type CheckStatus = 'ok' | 'fail' | 'unknown' | 'note';

/** What was looked at, and what to do where it is not right. */
export interface Check {
  readonly name: string;
  readonly status: CheckStatus;
  readonly detail: string;
  /** One line that a person can follow or paste; null where nothing is to be done. */
  readonly remedy: string | null;
}

export const check = (
  name: string,
  status: CheckStatus,
  detail: string,
  remedy: string | null = null,
): Check => ({ name, status, detail, remedy });

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

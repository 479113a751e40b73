/** What an exit status means; printed by `--help`. */
export const exitCodes = {
  done: 0,
  fault: 1,
  badInput: 2,
  noPermission: 3,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const exitCodesHelp = `Exit status:
  0  done
  1  a fault: the work could not be done, or a check failed
  2  bad input: the command line, the configuration or a file is wrong
  3  no permission to send packets`;

/** Thrown by a command that can't do its work: `main` prints the message, as it is, and exits with the code. */
export class ExitWith extends Error {
  override readonly name = 'ExitWith';
  constructor(
    readonly code: ExitCode,
    /** One line, or one line per fault; empty: everything was said already. */
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * The fault table: one entry a fault that the world can hand to a running daemon. A fault is in here when a test with
 * real parts (a real database, a stopped server, a full disk, network namespaces) makes it and asserts what must hold.
 * Keep entries sorted by area, add yours at the end of its area, and name the entry's `id` in the title of the test.
 */
export interface Fault {
  /** Kebab case, unique; the test that holds it carries this word. */
  readonly id: string;
  readonly area:
    | 'writer'
    | 'stopping'
    | 'staleness'
    | 'logs'
    | 'files'
    | 'network'
    | 'recovery'
    | 'tls'
    | 'time'
    | 'trace';
  /** How the test makes the fault. */
  readonly made: string;
  readonly mustHold: string;
  /** What was seen before it was mended. */
  readonly seen: string;
  /** The test file, from the repository's root. */
  readonly test: string;
}

export const faults: readonly Fault[] = [];

export const root: string;
/** Why the program must be built before it runs; null when what is built is up to date. */
export function staleBuild(): string | null;

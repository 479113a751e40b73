/** One instruction of a Dockerfile, its continued lines joined. */
export interface Instruction {
  readonly name: string;
  readonly rest: string;
  /** Which stage it belongs to, counted from 0; -1 before the first. */
  readonly stage: number;
}

/** Reads as much of a Dockerfile as the tests look at. */
export function parseDockerfile(text: string): Instruction[] {
  let stage = -1;
  return text
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, name = '', rest = ''] = /^(\S+)\s+(.*)$/.exec(line.trim()) ?? [];
      if (name === 'FROM') stage += 1;
      return { name, rest, stage };
    });
}

import type { Context } from '../context.js';
import { ExitWith, exitCodes } from '../exit.js';

interface Terminal {
  readonly isTTY?: boolean;
  setRawMode?(on: boolean): unknown;
}

/** A line of standard input; on a terminal it is asked for, and not shown. */
export async function readPassword({ stdin, stderr }: Context): Promise<string> {
  const terminal = stdin as Terminal;
  const hide = terminal.isTTY === true;
  if (hide) {
    stderr.write('Password: ');
    terminal.setRawMode?.(true);
  }
  try {
    let line = '';
    for await (const chunk of stdin) {
      for (const character of typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()) {
        if (character === '\n' || character === '\r') return line;
        if (hide && character === '\u0003') throw new ExitWith(exitCodes.fault, 'pop-sla: interrupted');
        line = hide && character === '\u007f' ? line.slice(0, -1) : line + character;
      }
    }
    return line;
  } finally {
    if (hide) {
      terminal.setRawMode?.(false);
      stderr.write('\n');
    }
  }
}

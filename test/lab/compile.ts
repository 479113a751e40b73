import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { must } from './command.js';

const source = fileURLToPath(new URL('./poplab/poplab.c', import.meta.url));
const flags = ['-O2', '-Wall'];

/**
 * Compiles the emulator and gives back the program's path. What was compiled from the same text is used again; it is
 * put in place by one rename, so that test files that run at a time don't disturb each other.
 */
export function compileEmulator(): string {
  const uid = process.getuid?.() ?? 0;
  const hash = createHash('sha256').update(readFileSync(source)).update(flags.join(' ')).digest('hex');
  const folder = join(tmpdir(), `pop-sla-lab-${uid}`);
  const program = join(folder, `poplab-${hash.slice(0, 16)}`);
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const fresh = `${program}.${process.pid}`;
  must(['gcc', ...flags, '-o', fresh, source, '-lm', '-lpthread']);
  renameSync(fresh, program);
  return program;
}

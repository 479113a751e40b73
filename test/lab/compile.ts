import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { must } from './command.js';

export interface CProgram {
  /** Of the file that comes out. */
  readonly name: string;
  readonly source: URL;
  readonly flags: readonly string[];
  readonly libraries: readonly string[];
}

/** PoPs behind a TUN device. */
export const poplab: CProgram = {
  name: 'poplab',
  source: new URL('./poplab/poplab.c', import.meta.url),
  flags: ['-O2', '-Wall'],
  libraries: ['-lm', '-lpthread'],
};

/** A wall clock that a test can set. */
export const stepclock: CProgram = {
  name: 'stepclock.so',
  source: new URL('./stepclock/stepclock.c', import.meta.url),
  flags: ['-O2', '-Wall', '-shared', '-fPIC'],
  libraries: ['-ldl'],
};

/** A disk that refuses writes when a test says so. */
export const baddisk: CProgram = {
  name: 'baddisk.so',
  source: new URL('./baddisk/baddisk.c', import.meta.url),
  flags: ['-O2', '-Wall', '-shared', '-fPIC'],
  libraries: [],
};

/** Sockets that hold next to nothing of what is sent. */
export const smallbuffer: CProgram = {
  name: 'smallbuffer.so',
  source: new URL('./smallbuffer/smallbuffer.c', import.meta.url),
  flags: ['-O2', '-Wall', '-shared', '-fPIC'],
  libraries: ['-ldl'],
};

/** A sandbox that refuses calls. */
export const refuse: CProgram = {
  name: 'refuse',
  source: new URL('./refuse/refuse.c', import.meta.url),
  flags: ['-O2', '-Wall'],
  libraries: [],
};

/**
 * Compiles a program and gives back its path. What was compiled from the same text is used again; it is put in place
 * by one rename, so that test files that run at a time don't disturb each other.
 */
export function compile({ name, source, flags, libraries }: CProgram): string {
  const file = fileURLToPath(source);
  const how = [...flags, ...libraries];
  const hash = createHash('sha256').update(readFileSync(file)).update(how.join(' ')).digest('hex');
  const folder = join(tmpdir(), `pop-sla-lab-${process.getuid?.() ?? 0}`);
  const program = join(folder, `${hash.slice(0, 16)}-${name}`);
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const fresh = `${program}.${process.pid}`;
  must(['gcc', ...flags, '-o', fresh, file, ...libraries]);
  renameSync(fresh, program);
  return program;
}

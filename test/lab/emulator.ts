import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile, poplab } from './compile.js';
import type { Namespace } from './namespace.js';
import type { Scenario } from './scenario.js';
import { parseTruth } from './truth.js';
import type { TruthLine } from './truth.js';

/** PoPs behind a TUN device: every address of 10.77.0.0/16 and fd77::/64 answers, the way the scenario says. */
export interface Emulator {
  /** What it did until now (its log is written every 20 ms). */
  truth(): TruthLine[];
  /** Takes another scenario from now on; its counts and its clock run on. */
  reload(scenario: Scenario): void;
  /** Ends it, and gives back all that it did. May be called again. */
  stop(): Promise<TruthLine[]>;
  /** For the way out of a process: no waiting. */
  kill(): void;
}

/** Ends by itself after this, should the test that started it be killed. */
const usualSeconds = 600;

/** Starts the emulator in a namespace and waits until it answers. */
export async function startEmulator(
  namespace: Namespace,
  scenario: Scenario,
  maxSeconds = usualSeconds,
): Promise<Emulator> {
  const program = compile(poplab);
  const folder = mkdtempSync(join(tmpdir(), 'pop-sla-emulator-'));
  const [scenarioFile, log] = [join(folder, 'scenario.json'), join(folder, 'truth.csv')];
  const write = (next: Scenario): void => {
    writeFileSync(scenarioFile, JSON.stringify(next));
  };
  write(scenario);
  const argv = [...namespace.prefix, program, '-l', log, '-d', String(maxSeconds), scenarioFile];
  const child = spawn(argv[0] ?? '', argv.slice(1), { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      resolve();
    });
    child.once('error', () => {
      resolve();
    });
  });
  let said = '';
  let gone = false;
  void ended.then(() => (gone = true));
  const ready = new Promise<void>((resolve) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('poplab: ready')) resolve();
    });
  });
  await Promise.race([ready, ended]);
  if (!said.includes('poplab: ready')) {
    rmSync(folder, { recursive: true, force: true });
    throw new Error(`the emulator did not start: ${said}`);
  }
  const stop = async (): Promise<TruthLine[]> => {
    if (!gone) child.kill('SIGTERM');
    await ended;
    const truth = parseTruth(readFileSync(log, 'utf8'));
    rmSync(folder, { recursive: true, force: true });
    return truth;
  };
  let stopped: Promise<TruthLine[]> | undefined;
  return {
    truth: () => parseTruth(readFileSync(log, 'utf8')),
    reload(next) {
      write(next);
      child.kill('SIGHUP');
    },
    stop: () => (stopped ??= stop()),
    kill() {
      if (!gone) child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

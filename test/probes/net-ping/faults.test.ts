import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openNetPing } from '../../../probes/net-ping/driver.js';
import { ProbeUnavailableError, type ProbeDriver } from '../../../probes/probe.js';
import { run } from '../../lab/command.js';
import { root } from '../../support/source-files.js';
import { keptLog } from '../../support/log.js';
import { requires, whatIsMissing } from '../../support/requires.js';
import { tempDir } from '../../support/temp-dir.js';
import { countsOf, kindsOf, roundOf } from '../support/rounds.js';

const builtChild = pathToFileURL(join(root, 'dist', 'probes', 'net-ping', 'child.js'));

/** A child that is not ours: `body` runs with `tell(message)` at hand. */
function fakeChild(body: string): URL {
  const file = join(tempDir(), 'child.mjs');
  writeFileSync(
    file,
    `const tell = (m) => process.send(m);\nprocess.on('disconnect', () => process.exit());\n${body}`,
  );
  return pathToFileURL(file);
}

/** Opens the kind with a child; closed when the test ends. */
async function open(entry: URL, heartbeatMs = 1000) {
  const { log, lines } = keptLog();
  const driver = await openNetPing({ log, entry, heartbeatMs });
  onTestFinished(() => driver.close());
  const pid = (): number => {
    const line = lines.findLast((one) => one.message === 'the net-ping process is ready');
    return (line?.fields as { pid: number }).pid;
  };
  return { driver, lines, pid };
}

const measure = (driver: ProbeDriver, change: Parameters<typeof roundOf>[1] = {}, signal?: AbortSignal) =>
  driver.measure({ ...roundOf('127.0.0.11', change), signal: signal ?? new AbortController().signal });

const soon = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('the net-ping child process', () => {
  requires({ built: true, rawSocket: true, netPing: true });

  test('that is killed fails its rounds, and is replaced', async () => {
    const { driver, pid, lines } = await open(builtChild);
    const first = pid();
    const rounds = [measure(driver, { intervalMs: 500 }), measure(driver, { intervalMs: 500 })];
    await soon(100);
    process.kill(first, 'SIGKILL');
    for (const round of await Promise.all(rounds))
      expect(round).toMatchObject({
        ended: 'failed',
        reason: 'the net-ping process is gone: it was ended by SIGKILL',
        sizes: [],
      });
    expect(lines.filter((line) => line.level === 'warn').map((line) => line.message)).toEqual([
      'the net-ping process ended',
    ]);
    const next = await measure(driver);
    expect(next.ended).toBe('completed');
    expect(countsOf(next).map((size) => size.received)).toEqual([10, 10, 10]);
    expect(pid()).not.toBe(first);
  });

  test('that stands still is ended and replaced, its rounds failed', async () => {
    // As long as a child on a busy machine may wait for its turn: a shorter one ends its successor too.
    const { driver, pid } = await open(builtChild, 400);
    const round = measure(driver, { intervalMs: 500 });
    await soon(50);
    process.kill(pid(), 'SIGSTOP');
    expect(await round).toMatchObject({
      ended: 'failed',
      reason: 'the net-ping process is gone: it did not answer for 2 s',
    });
    expect((await measure(driver)).ended).toBe('completed');
  });

  test('that stood still for a moment reads what waits before it calls anything lost', async () => {
    const { driver, pid } = await open(builtChild);
    const round = measure(driver, { count: 5, intervalMs: 10, lostAfterMs: 300, lateWaitMs: 0 });
    await soon(35);
    process.kill(pid(), 'SIGSTOP');
    await soon(800);
    process.kill(pid(), 'SIGCONT');
    const result = await round;
    expect(result.ended).toBe('completed');
    expect(new Set(result.sizes.flatMap((_, size) => kindsOf(result, size)))).not.toContain('lost');
    // What was read too late is late by the stamps there are; the round says that they can't be trusted.
    expect(result.provenance.sendLagUs).toBeGreaterThan(300_000);
  });

  test('that could not read its socket in time says that packets were dropped', async ({ skip }) => {
    const missing = whatIsMissing({ root: true, commands: ['ping'] });
    if (missing !== null) skip(missing);
    const { driver, pid } = await open(builtChild);
    const round = measure(driver, { count: 5, intervalMs: 10 });
    await soon(20);
    process.kill(pid(), 'SIGSTOP');
    // Every raw socket gets a copy of every echo reply, and these are long.
    const flood = await run(['ping', '-q', '-f', '-c', '600', '-s', '60000', '127.0.0.1'], {
      timeoutMs: 4000,
    });
    process.kill(pid(), 'SIGCONT');
    expect(flood.stdout).toContain('600 packets transmitted');
    const result = await round;
    expect(result.ended).toBe('completed');
    expect(result.provenance.socketDrops).toBeGreaterThan(0);
    expect((await measure(driver)).provenance.socketDrops).toBe(0);
  });

  test('outlives the signals that a terminal or a service manager sends to the whole group', async () => {
    const { driver, pid } = await open(builtChild);
    const before = pid();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(before, signal);
    expect((await measure(driver)).ended).toBe('completed');
    expect(pid()).toBe(before);
  });

  test('does not outlive a parent that is killed', async () => {
    const script = join(root, 'test', 'probes', 'support', 'measure.mjs');
    const parent = spawn(process.execPath, [script], { stdio: ['pipe', 'ignore', 'inherit'] });
    onTestFinished(() => void parent.kill('SIGKILL'));
    const rounds = [roundOf('127.0.0.11', { count: 1000, intervalMs: 100 })];
    parent.stdin.end(JSON.stringify({ kind: 'net-ping', rounds }));
    const children = (): number[] => {
      const list = readFileSync(`/proc/${parent.pid ?? 0}/task/${parent.pid ?? 0}/children`, 'utf8');
      return list.split(' ').filter(Boolean).map(Number);
    };
    await expect.poll(children, { timeout: 10_000 }).toHaveLength(1);
    const [child = 0] = children();
    parent.kill('SIGKILL');
    // A zombie is gone; it waits for whoever adopted it.
    const alive = (): boolean => {
      try {
        return !/^State:\s+Z/m.test(readFileSync(`/proc/${child}/status`, 'utf8'));
      } catch {
        return false;
      }
    };
    await expect.poll(alive, { timeout: 10_000 }).toBe(false);
  });

  test('is gone when the driver is closed, and no round runs any more', async () => {
    const { driver, pid } = await open(builtChild);
    const round = measure(driver, { intervalMs: 500 });
    await soon(100);
    await driver.close();
    expect(await round).toMatchObject({ ended: 'aborted', reason: 'the driver was closed' });
    expect(() => process.kill(pid(), 0)).toThrow('ESRCH');
    await driver.close();
    expect(await measure(driver)).toMatchObject({ ended: 'aborted', reason: 'the driver was closed' });
  });
});

describe('a child that can not do its work', () => {
  test.each([
    [
      'permission',
      'Operation not permitted',
      'net-ping needs a raw socket, which needs CAP_NET_RAW: Operation not permitted',
      'sudo setcap cap_net_raw+ep "$(readlink -f "$(command -v node)")"',
    ],
    [
      'library',
      "Cannot find module './build/Release/raw.node'\\nRequire stack",
      "net-ping, an optional part that has to be compiled, is not built here: Cannot find module './build/Release/raw.node'",
      'sudo apt-get install g++ make python3 && npm ci',
    ],
    [
      'socket',
      'Too many open files',
      'no raw socket can be opened here: Too many open files',
      'choose another driver',
    ],
  ])('for want of %s says so', async (cause, message, said, remedy) => {
    const entry = fakeChild(`tell({ type: 'unavailable', cause: '${cause}', message: "${message}" });`);
    const error = await openNetPing({ log: keptLog().log, entry }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProbeUnavailableError);
    expect(error).toMatchObject({ message: said, remedy, permission: cause === 'permission' });
  });

  test('because it ends at once makes open() fail with what it said', async () => {
    const entry = fakeChild(`process.stderr.write('no such thing\\n', () => process.exit(7));`);
    await expect(openNetPing({ log: keptLog().log, entry })).rejects.toThrow(
      'it ended with exit code 7: no such thing',
    );
  });

  test('again and again is started less and less often, and rounds are told', async () => {
    const mark = join(tempDir(), 'starts');
    const entry = fakeChild(`
      import { appendFileSync } from 'node:fs';
      appendFileSync('${mark}', 'x');
      tell({ type: 'ready' });
      process.on('message', (m) => { if (m.type === 'round') process.exit(3); });`);
    const { driver, lines } = await open(entry);
    for (let turn = 0; turn < 4; turn += 1)
      expect((await measure(driver)).reason).toBe('the net-ping process is gone: it ended with exit code 3');
    const delays = lines.flatMap((line) => ('restartInMs' in line.fields ? [line.fields.restartInMs] : []));
    expect(delays).toEqual([100, 200, 400, 800]);
    await expect
      .poll(async () => (await measure(driver)).reason, { timeout: 20_000 })
      .toBe(
        'the net-ping process is not running: it ended with exit code 3; it is started again in at most 2 s',
      );
  });

  test('but answers the heartbeat can not hold up an aborted round', async () => {
    const entry = fakeChild(`
      tell({ type: 'ready' });
      process.on('message', (m) => { if (m.type === 'ping') tell({ type: 'pong' }); });`);
    const { driver } = await open(entry);
    const controller = new AbortController();
    const round = measure(driver, {}, controller.signal);
    controller.abort();
    const result = await round;
    expect(result).toMatchObject({ ended: 'aborted', reason: 'aborted on request' });
    expect(countsOf(result).map((size) => size.notSent)).toEqual([10, 10, 10]);
  });
});

import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createJobs } from '../../src/app/contract-services.js';
import { createWorkerPool, type PoolOptions, type WorkerPool } from '../../src/app/workers/pool.js';
import { keyFolder } from '../../src/seal/keys.js';
import { november } from '../support/ledger.js';
import { root } from '../support/source-files.js';
import { statedOctober } from '../support/statements.js';
import { tempDir } from '../support/temp-dir.js';

const entry = pathToFileURL(join(root, 'dist/src/app/workers/thread.js'));

function poolOf(options: PoolOptions = { entry }): WorkerPool {
  const pool = createWorkerPool(options);
  onTestFinished(() => pool.close());
  return pool;
}

describe('what is done in threads', () => {
  test('evidence, its verification and a case are what they are without', async () => {
    const { config: from, folder } = await statedOctober();
    const config = { ...from, keys: { folder: join(folder, 'keys') } };
    const id = await keyFolder(config.keys.folder).make();
    const jobs = createJobs({ pool: poolOf(), config: () => config, now: () => november, software: '1.2.3' });
    const worked = await jobs.evidence({ service: 'single', month: '2026-10' });
    if ('refused' in worked) throw new Error(worked.refused);
    expect(worked.done.made).toMatchObject({ state: 'draft', signedBy: id, others: [] });
    const verified = await jobs.verify({ pack: worked.done.pack });
    expect(verified).toMatchObject({ done: { differences: [], signedBy: id } });
    expect(await jobs.verify({ pack: Buffer.from('PK') })).toHaveProperty('refused');
    expect(await jobs.evidence({ service: 'none', month: '2026-10' })).toEqual({
      refused: "no service 'none'; allowed: other, single",
    });
    const example = join(root, 'test/golden/evaluate/cases/example-1');
    const judged = await jobs.evaluate({ bytes: readFileSync(`${example}.json`), details: false });
    expect(judged).toEqual({
      result: JSON.parse(readFileSync(`${example}.expected.json`, 'utf8')) as object,
    });
    expect(await jobs.evaluate({ bytes: Buffer.from('[]'), details: false })).toMatchObject({
      faults: [{ path: '$' }],
    });
  });

  test('a store that is gone is said so', async () => {
    const { config: from, folder } = await statedOctober();
    const config = { ...from, store: { ...from.store, path: join(folder, 'gone.db') } };
    const jobs = createJobs({ pool: poolOf(), config: () => config, now: () => november, software: '1.2.3' });
    await expect(jobs.evidence({ service: 'single', month: '2026-10' })).rejects.toMatchObject({
      name: 'Unavailable',
    });
  });
});

/** A thread whose tasks take for ever, fill the memory, end the thread, or are done at once. */
function entryOf(): URL {
  const file = join(tempDir(), 'tasks.mjs');
  writeFileSync(
    file,
    `import { threadId } from 'node:worker_threads';
     export const verify = ({ what }) => {
       if (what === 'quick') return threadId;
       if (what === 'exit') process.exit(3);
       const all = [];
       for (;;) if (what === 'memory') all.push(Array.from({ length: 1000 }, () => ({})));
     };
     export const report = verify;`,
  );
  return pathToFileURL(file);
}

describe('the worker pool', () => {
  const limits = { verify: { limitMs: 600_000, maxWaiting: 0 } };

  test('ends a task that takes too long, and does the next', async () => {
    const pool = poolOf({ entry: entryOf(), limits: { verify: { limitMs: 1_000, maxWaiting: 1 } } });
    const long = pool.run('verify', { what: 'long' });
    const next = pool.run('verify', { what: 'quick' });
    await expect(long).rejects.toThrow('verify took longer than 1 s; allowed: less at once');
    expect(await next).toBeTypeOf('number');
  });

  test('ends the document that takes too long, with an error of its own, and holds up none of the others', async () => {
    const pool = poolOf({
      entry: entryOf(),
      limits: { report: { limitMs: 20_000, maxWaiting: 4, atOnce: 2 } },
    });
    let ended = false;
    const long = pool.run('report', { what: 'long' }).catch((error: unknown) => {
      ended = true;
      return error;
    });
    for (let n = 0; n < 3; n += 1) expect(await pool.run('report', { what: 'quick' })).toBeTypeOf('number');
    expect(ended).toBe(false);
    expect(await long).toMatchObject({ statusCode: 503, code: 'took-too-long' });
  });

  test('ends a task that takes too much memory, and does the next', async () => {
    const pool = poolOf({ entry: entryOf(), memoryMb: 32 });
    await expect(pool.run('verify', { what: 'memory' })).rejects.toThrow(
      'verify took more than 32 MB; allowed: less at once',
    );
    expect(await pool.run('verify', { what: 'quick' })).toBeTypeOf('number');
  });

  test('says that a thread ended, and starts another', async () => {
    const pool = poolOf({ entry: entryOf() });
    await expect(pool.run('verify', { what: 'exit' })).rejects.toThrow();
    expect(await pool.run('verify', { what: 'quick' })).toBeTypeOf('number');
  });

  test('takes no more than a queue of each kind, none of which waits for another', async () => {
    const pool = poolOf({ entry: entryOf(), limits });
    const running = pool.run('verify', { what: 'long' }).catch((error: unknown) => (error as Error).message);
    await expect(pool.run('verify', { what: 'quick' })).rejects.toMatchObject({ statusCode: 429 });
    expect(await pool.run('report', { what: 'quick' })).toBeTypeOf('number');
    await pool.close();
    expect(await running).toBe('the daemon stops');
    await expect(pool.run('verify', { what: 'quick' })).rejects.toThrow('the daemon stops');
  });

  test('ends a thread that has nothing to do, and keeps one that has', async () => {
    const pool = poolOf({ entry: entryOf(), idleMs: 50 });
    const first = await pool.run('verify', { what: 'quick' });
    const deadline = AbortSignal.timeout(30_000);
    let later = first;
    while (later === first && !deadline.aborted) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      later = await pool.run('verify', { what: 'quick' });
    }
    expect(later).not.toBe(first);
  });

  test('is neither loaded nor started before the first task', async () => {
    const script = `
      const { createWorkerPool } = await import(process.argv[1]);
      const pool = createWorkerPool();
      const { registerHooks } = await import('node:module');
      const loaded = [];
      registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context); } });
      await pool.close();
      console.log(loaded.filter((url) => url.includes('piscina')).length);
      const other = createWorkerPool({ entry: new URL(process.argv[2]) });
      await other.run('verify', { what: 'quick' });
      await other.close();
      console.log(loaded.filter((url) => url.includes('piscina')).length > 0);`;
    const module = pathToFileURL(join(root, 'dist/src/app/workers/pool.js'));
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--input-type=module',
      '-e',
      script,
      module.href,
      entryOf().href,
    ]);
    expect(stdout).toBe('0\ntrue\n');
  });
});

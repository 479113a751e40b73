import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createJobs, createThread } from '../../src/app/workers/jobs.js';
import { keyFolder } from '../../src/seal/keys.js';
import { november } from '../support/ledger.js';
import { root } from '../support/source-files.js';
import { statedOctober } from '../support/statements.js';
import { tempDir } from '../support/temp-dir.js';

const entry = pathToFileURL(join(root, 'dist/src/app/workers/job-thread.js'));

describe('what is done in threads of its own', () => {
  test('evidence, its verification and a case are what they are without', async () => {
    const { config: from, folder } = await statedOctober();
    const config = { ...from, keys: { folder: join(folder, 'keys') } };
    const id = await keyFolder(config.keys.folder).make();
    const jobs = createJobs({ config: () => config, now: () => november, software: '1.2.3', entry });
    onTestFinished(() => jobs.close());
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
    const jobs = createJobs({ config: () => config, now: () => november, software: '1.2.3', entry });
    onTestFinished(() => jobs.close());
    await expect(jobs.evidence({ service: 'single', month: '2026-10' })).rejects.toMatchObject({
      name: 'Unavailable',
    });
  });

  const forEver = (): URL => {
    const file = join(tempDir(), 'for-ever.mjs');
    writeFileSync(
      file,
      `import { parentPort, workerData } from 'node:worker_threads';
       if (workerData.quick) parentPort.postMessage('done'); else for (;;);`,
    );
    return pathToFileURL(file);
  };
  const limits = { name: 'it', limitMs: 600_000, mostWaiting: 0, memoryMb: 64 };

  test('what takes too long is ended, and the next has its turn', async () => {
    const thread = createThread({ ...limits, entry: forEver(), limitMs: 300, mostWaiting: 1 });
    onTestFinished(() => thread.close());
    const [long, quick] = [
      thread.run({}),
      createThread({ ...limits, entry: forEver() }).run({ quick: true }),
    ];
    await expect(long).rejects.toThrow('it took longer than 0.3 s; allowed: less at once');
    expect(await quick).toBe('done');
    const again = thread.run({ quick: true }).catch((error: unknown) => error);
    expect(['done', expect.objectContaining({ name: 'Unavailable' })]).toContainEqual(await again);
  });

  test('too much of it is not begun, and the end of the daemon ends it', async () => {
    const thread = createThread({ ...limits, entry: forEver() });
    const under = thread.run({}).catch((error: unknown) => (error as Error).message);
    await expect(thread.run({})).rejects.toMatchObject({ statusCode: 429 });
    await thread.close();
    expect(await under).toMatch(/it was ended|the daemon stops/);
    await expect(thread.run({ quick: true })).rejects.toThrow('the daemon stops');
  });
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { expect, test } from 'vitest';
import { deadHeaders } from '../../src/mesh/dead.js';
import { ensureStreams } from '../../src/mesh/streams.js';
import { runCli } from '../support/cli.js';
import { useNats } from '../support/nats.js';
import { tempDir } from '../support/temp-dir.js';

const nats = useNats();

test('the messages that no hub took can be seen, sent again and dropped', async () => {
  const connection = await connect({ servers: nats().url });
  try {
    const manager = await jetstreamManager(connection);
    await ensureStreams(manager, { replicas: 1, keepMs: 3_600_000 });
    const stream = jetstream(connection);
    for (const sequence of [7, 8]) {
      const subject = 'popsla.v1.rows.HKG.rounds';
      const headers = deadHeaders({
        reason: 'version',
        why: 'the format 9 is not known here',
        subject,
        sequence,
      });
      await stream.publish('popsla.v1.dead.HKG.rounds', Buffer.from('rows'), { headers });
    }
    const file = join(tempDir(), 'hub.yaml');
    writeFileSync(
      file,
      `role: hub\nmesh: { servers: ['${nats().url}'] }\npops: [{ id: HKG, ipv4: 127.0.0.11 }, { id: SIN, ipv4: 127.0.0.12 }]\n`,
    );
    const dead = (...args: string[]) => runCli(['mesh', 'dead', ...args, '--config', file]);

    const shown = await dead('list');
    expect(shown).toMatchObject({ code: 0, stderr: '' });
    expect(shown.stdout).toMatch(/NUMBER +SINCE +SUBJECT +BYTES +REASON +WHY/);
    expect(shown.stdout).toMatch(
      /2 .* popsla\.v1\.rows\.HKG\.rounds +4 +version +the format 9 is not known here/,
    );
    expect(JSON.parse((await dead('list', '--json')).stdout)).toMatchObject({
      letters: [{ number: 2, sequence: 8, bytes: 4 }, { number: 1 }],
    });
    expect(await dead('requeue', '1')).toMatchObject({
      code: 0,
      stdout: 'dead letter 1: sent to the hubs again\n',
    });
    expect((await manager.streams.info('POPSLA_ROWS')).state.messages).toBe(1);
    expect(await dead('drop', '2')).toMatchObject({ code: 0, stdout: 'dead letter 2: dropped\n' });
    expect((await dead('list')).stdout).toBe('no dead letters\n');
    expect(await dead('drop', '2')).toMatchObject({
      code: 2,
      stderr: 'there is no dead letter 2; see pop-sla mesh dead list\n',
    });
    expect((await dead('drop', 'x')).code).toBe(2);
  } finally {
    await connection.close();
  }
});

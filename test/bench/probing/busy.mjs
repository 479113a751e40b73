// The load that a daemon's main thread carries meanwhile: SQLite in batches, HTTP, and 1 MB of JSON every 50 ms.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';

/** Starts the load; gives back what ends it. */
export async function keepBusy() {
  const folder = mkdtempSync(join(tmpdir(), 'pop-sla-busy-'));
  const database = new Database(join(folder, 'busy.db'));
  database.pragma('journal_mode = WAL');
  database.exec('create table row (a integer, b text) strict');
  const insert = database.prepare('insert into row values (?, ?)');
  const batch = database.transaction(() => {
    for (let row = 0; row < 1000; row += 1) insert.run(row, 'x'.repeat(100));
  });
  const document = Array.from({ length: 10_000 }, (_, id) => ({
    id,
    text: 'y'.repeat(80),
    list: [id, id + 1],
  }));
  const server = createServer((_request, response) => response.end(JSON.stringify(document.slice(0, 1000))));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  const timers = [
    setInterval(() => batch(), 50),
    setInterval(() => JSON.stringify(document), 50),
    setInterval(
      () => get({ port, host: '127.0.0.1' }, (response) => response.resume()).on('error', () => {}),
      10,
    ),
  ];
  return async () => {
    timers.forEach(clearInterval);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    database.close();
    rmSync(folder, { recursive: true, force: true });
  };
}

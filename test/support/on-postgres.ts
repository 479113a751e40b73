import { readFileSync, writeFileSync } from 'node:fs';
import { copyStore } from '../../src/app/store.js';

/** Moves what a configuration's SQLite file holds to PostgreSQL, and the configuration with it. */
export async function moveToPostgres(configFile: string, url: string, more: object = {}): Promise<void> {
  const settings = JSON.parse(readFileSync(configFile, 'utf8')) as { store: { path: string } };
  const { signal } = new AbortController();
  await copyStore({ from: settings.store.path, to: url, signal, onProgress: () => undefined });
  writeFileSync(configFile, JSON.stringify({ ...settings, ...more, store: url }));
}

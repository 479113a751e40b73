import { readFile } from 'node:fs/promises';
import { meshSectionsOf, type MeshSections } from '../../config/hub/from-hub.js';

/** What of a hub's file is for its agents; the file has just been checked. */
export async function readSections(configFile: string): Promise<MeshSections> {
  return meshSectionsOf(await readFile(configFile, 'utf8'));
}

import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  upwardImports,
  circles,
  coreImports,
  coreWith,
  engineImportsOfDrivers,
  exitsElsewhere,
  forbiddenInCore,
  importedByOneNeighbour,
  filesInNoRoom,
  isCore,
  kindsThatKnowEachOther,
  notImported,
  tooLong,
  unusedExports,
} from './support/house.js';
import { root, sourceFiles } from './support/source-files.js';

const files = [...sourceFiles('src'), ...sourceFiles('probes')];

describe('the house', () => {
  test('has files, and every one of them stands in a known room', () => {
    expect(files.length).toBeGreaterThan(5);
    expect(files.filter(isCore).length).toBeGreaterThan(5);
    expect(filesInNoRoom(files)).toEqual([]);
  });

  test('has arrows that go down only', () => {
    expect(upwardImports(files)).toEqual([]);
  });

  test('lets one probe kind know nothing of another', () => {
    expect(kindsThatKnowEachOther(files)).toEqual([]);
  });

  test('keeps the engine from naming a driver or a database', () => {
    expect(engineImportsOfDrivers(files)).toEqual([]);
  });

  test('has no circle of imports', () => {
    expect(circles(files)).toEqual([]);
  });

  test('has no file that nobody imports', () => {
    expect(notImported(files)).toEqual([]);
  });

  test('exports no name that nobody imports', () => {
    const users = [...files, ...sourceFiles('test'), ...sourceFiles('dashboards')];
    expect(unusedExports(files, users)).toEqual([]);
  });

  test('keeps a file to one idea: 400 lines, but for lists of words and names', () => {
    const lists = /^src\/i18n\/|^src\/metrics\/names\.ts$/;
    expect(
      tooLong(
        files.filter(({ path }) => !lists.test(path)),
        400,
      ),
    ).toEqual([]);
  });

  test('has no more than 82 files that only a file beside them imports', () => {
    // A helper with one importer lives in that importer, unless it is another idea, or the two would pass 400 lines.
    // This only ever goes down; a file more belongs into the one that imports it.
    expect(importedByOneNeighbour(files).length).toBeLessThanOrEqual(82);
  });

  test('ends the process in one place', () => {
    expect(exitsElsewhere(files)).toEqual([]);
  });

  test('keeps the top level as it was fixed', () => {
    const allowed = ['src', 'probes', 'config', 'dashboards', 'test'];
    const tool = ['node_modules', 'dist', 'coverage', 'data'];
    const folders = readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !tool.includes(entry.name))
      .map((entry) => entry.name);
    expect(folders.filter((name) => !allowed.includes(name))).toEqual([]);
  });
});

describe('core', () => {
  test('imports itself and pure packages only', () => {
    expect(coreImports(files)).toEqual([]);
  });

  test.each(Object.keys(forbiddenInCore) as (keyof typeof forbiddenInCore)[])('has no %s', (what) => {
    expect(coreWith(files, what)).toEqual([]);
  });
});

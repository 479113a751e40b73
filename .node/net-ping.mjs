#!/usr/bin/env node
// Puts net-ping, which has to be compiled, beside an installed pop-sla: `node net-ping.mjs [FOLDER]`, run by the Node.js that
// runs pop-sla. A global installation can't bring it: npm takes no `overrides` there, and raw-socket asks for a `nan` that
// no longer compiles. It outlives upgrades of pop-sla; another major line of Node.js needs it built again.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where pop-sla looks for it by itself (`probes/net-ping/library.ts`). */
const usualFolder = '/usr/local/lib/pop-sla';

/** The versions of package-lock.json. */
const manifest = {
  name: 'pop-sla-net-ping',
  private: true,
  description: 'net-ping for pop-sla, compiled on this machine.',
  dependencies: { 'net-ping': '1.2.4' },
  overrides: { 'raw-socket': '1.8.1', nan: '2.30.0' },
  allowScripts: { 'raw-socket': true },
};

/** The programs among `names` that this machine does not have. */
export const lackingOf = (names) =>
  names.filter((name) => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0);

/** The environment in which node-gyp compiles for a Node.js, with the headers that came with it where it has some. */
export function buildEnvironment(node) {
  const prefix = dirname(dirname(realpathSync(node)));
  if (!existsSync(join(prefix, 'include', 'node', 'node.h'))) return process.env;
  // node-gyp takes npm's `nodedir` from the environment before its own option; that one may be another Node's.
  return { ...process.env, npm_config_nodedir: prefix, npm_package_config_node_gyp_nodedir: prefix };
}

/** Whether a Node.js can load the package in a folder. */
export const loads = (node, folder) =>
  spawnSync(node, ['-e', `require(${JSON.stringify(folder)})`]).status === 0;

const isOurs = (folder) => {
  const file = join(folder, 'package.json');
  return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).name === manifest.name;
};

/** Null, or why it could not be done. */
function install(folder) {
  const lacking = lackingOf(['npm', 'python3', 'make', 'g++']);
  if (lacking.length > 0) return `this machine lacks ${lacking.join(', ')}`;
  if (existsSync(folder) && readdirSync(folder).length > 0 && !isOurs(folder))
    return `${folder} has other things in it: name an empty folder`;
  mkdirSync(folder, { recursive: true });
  // What was built for another Node.js would stay as it is.
  rmSync(join(folder, 'node_modules'), { recursive: true, force: true });
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const node = process.execPath;
  const env = buildEnvironment(node);
  const made = spawnSync(
    'npm',
    ['install', '--ignore-scripts=false', '--no-package-lock', '--no-fund', '--no-audit'],
    // npm and node-gyp take the first Node.js of the path, and compile for it.
    { cwd: folder, env: { ...env, PATH: `${dirname(node)}${delimiter}${env.PATH ?? ''}` }, encoding: 'utf8' },
  );
  if (loads(node, join(folder, 'node_modules', 'net-ping'))) return null;
  const log = join(folder, 'build.log');
  writeFileSync(log, `${made.stdout ?? ''}${made.stderr ?? ''}`);
  return `it could not be built (see ${log})`;
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const folder = resolve(process.argv[2] ?? usualFolder);
  let why;
  try {
    why = install(folder);
  } catch (error) {
    why = error.message;
  }
  if (why === null) {
    const look =
      folder === usualFolder
        ? 'pop-sla finds it there'
        : `start pop-sla with NODE_PATH=${join(folder, 'node_modules')}`;
    console.log(`net-ping is in ${folder}, for Node.js ${process.versions.node}: ${look}`);
  } else {
    process.stderr.write(`pop-sla: net-ping was not installed: ${why}\n`);
    process.exitCode = 1;
  }
}

// What is done after npm has changed node_modules (`dependencies` in package.json); it runs on the machine's own Node.js,
// which may be an old one. Nothing here can make the installation fail: what could not be done is told in one line.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildEnvironment, lackingOf, loads } from './net-ping.mjs';
import { prune } from './prune.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const modules = join(root, 'node_modules');
const tell = (line) => console.log(`pop-sla: ${line}`);

/** Runs npm's own program by the Node.js that runs this script. */
const npm = (args, cwd) =>
  spawnSync(process.execPath, [process.env.npm_execpath ?? 'npm', ...args], { cwd, encoding: 'utf8' });

const [oldestMajor, oldestMinor] = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  .engines.node.replace(/^>=/, '')
  .split('.')
  .map(Number);
const [major, minor] = process.versions.node.split('.').map(Number);
/** What npm was told to leave out: nothing in a checkout for development. */
const isProduction = (process.env.npm_config_omit ?? '').split(/[\s,]+/).includes('dev');
const tooOld = major < oldestMajor || (major === oldestMajor && minor < oldestMinor);

/**
 * On a machine whose own Node.js is too old, a current one goes where npm scripts and npx look first. Production
 * installs are left alone: there the operator chooses the Node.js.
 */
function currentNode() {
  const link = join(modules, '.bin', 'node');
  // Where the one of an earlier run is on the path, it has to be linked again: npm ci has removed the link.
  const isOurs = process.execPath.startsWith(join(here, 'node_modules'));
  if (!tooOld && (isProduction || !isOurs)) return process.execPath;
  if (isProduction) {
    tell(
      `Node.js ${process.versions.node} is too old to run pop-sla: install ${oldestMajor}.${oldestMinor} or newer`,
    );
    return null;
  }
  const binary = join(here, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');
  const wanted = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8')).optionalDependencies;
  const version = wanted[`node-linux-${process.arch}`];
  const runs = () => spawnSync(binary, ['--version'], { encoding: 'utf8' }).stdout?.trim() === `v${version}`;
  if (!runs()) npm(['ci', '--silent', '--prefix', here], here);
  if (!runs()) {
    tell(`Node.js ${process.versions.node} is too old to run pop-sla, and no newer one could be fetched`);
    return null;
  }
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(relative(dirname(link), binary), link);
  if (tooOld)
    tell(
      `this machine's Node.js is ${process.versions.node}: npm scripts and npx use ${version} from node_modules/.bin`,
    );
  return binary;
}

/**
 * net-ping's raw sockets come as source, which only some machines can compile. They are built here and not by npm's
 * install script, because it has to be for the Node.js that will load them, with the headers that came with it.
 */
function buildRawSocket(node) {
  const folder = join(modules, 'raw-socket');
  if (!existsSync(join(folder, 'binding.gyp'))) return;
  if (loads(node, folder) || lackingOf(['python3', 'make', 'g++']).length > 0) return;
  const env = buildEnvironment(node);
  const built = spawnSync(node, [gyp(), 'rebuild'], { cwd: folder, env, encoding: 'utf8' });
  if (loads(node, folder)) return;
  const log = join(folder, 'build.log');
  writeFileSync(log, `${built.stdout ?? ''}${built.stderr ?? ''}`);
  tell(
    `net-ping's raw sockets could not be built (see ${relative(root, log)}); the kernel driver measures without them`,
  );
}

/** npm tells its scripts where its node-gyp is. */
function gyp() {
  return (
    process.env.npm_config_node_gyp ??
    join(dirname(dirname(process.env.npm_execpath ?? '')), 'node_modules', 'node-gyp', 'bin', 'node-gyp.js')
  );
}

const node = currentNode();
if (node !== null) buildRawSocket(node);
if (isProduction) prune(modules);

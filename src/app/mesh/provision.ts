import { X509Certificate, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import {
  chmod,
  chown,
  copyFile,
  link,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { execFile } from 'node:child_process';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { nkeys } from '@nats-io/transport-node';
import type { Config } from '../../config/config.js';
import { parseConfig } from '../../config/parse.js';
import { formatProblems } from '../../config/problem.js';
import { syncFolder, writeAtomically } from '../../seal/atomic-file.js';
import {
  type InitOptions,
  agentYaml,
  caName,
  hubYaml,
  natsUnit,
  scrapeYaml,
  serverConf,
  stepsOf,
  targetsOf,
  usersConf,
} from './provision-files.js';

/** Something is in the way, or a bundle is not one; the message says what, where, and what is allowed. */
export class ProvisionError extends Error {
  override readonly name = 'Refused';
}

/** A file of the folder: its mode is 0600 where it is a secret. */
interface PlannedFile {
  readonly name: string;
  readonly text: string;
  readonly isSecret?: true;
}

export interface InitDone {
  readonly files: readonly string[];
  /** What to copy where, line by line; in the folder as `STEPS.txt`. */
  readonly steps: string;
}

const stepsName = 'STEPS.txt';

/**
 * Makes the folder of a mesh: the NATS server's configuration with its users, a certificate authority and the server's
 * certificate, the files of the hub and of each agent, and Prometheus' targets. The folder appears whole or not at
 * all. Rejects with a `ProvisionError` where it exists, or a `CertificateError`.
 */
export async function initMesh(options: InitOptions): Promise<InitDone> {
  const { folder, hub, agents } = options;
  if (await exists(folder)) throw new ProvisionError(`${folder} exists already; allowed: a new folder`);
  const authority = await makeAuthority('pop-sla mesh CA');
  const server = await certifyServer(hub, authority);
  const users = ['hub', ...agents.map(({ id }) => id)].map((id) => {
    const pair = nkeys.createUser();
    return { id, publicKey: pair.getPublicKey(), seed: new TextDecoder().decode(pair.getSeed()) };
  });
  const steps = stepsOf(options);
  const files: PlannedFile[] = [
    { name: stepsName, text: steps },
    { name: 'ca/ca.pem', text: authority.certificate },
    { name: 'ca/ca.key', text: authority.key, isSecret: true },
    { name: 'nats/nats-server.conf', text: serverConf(options) },
    { name: 'nats/users.conf', text: usersConf(users) },
    { name: 'nats/server.pem', text: server.certificate },
    { name: 'nats/server.key', text: server.key, isSecret: true },
    { name: 'nats/nats-server.service', text: natsUnit(options) },
    { name: 'prometheus/scrape.yaml', text: scrapeYaml(options) },
    { name: 'prometheus/agents.json', text: `${JSON.stringify(targetsOf(options), null, 2)}\n` },
    ...users.flatMap(({ id, seed }): PlannedFile[] => {
      const [place, role] = id === 'hub' ? ['hub', 'hub'] : [`agents/${id}`, 'agent'];
      return [
        { name: `${place}/${role}.yaml`, text: role === 'hub' ? hubYaml(options) : agentYaml(id, options) },
        { name: `${place}/${caName}`, text: authority.certificate },
        { name: `${place}/${id}.nkey`, text: `${seed}\n`, isSecret: true },
      ];
    }),
  ];
  for (const { name, text } of files) if (name.endsWith('/hub.yaml')) readConfig(text, name);
  const partial = partialOf(folder);
  try {
    await removeLeftovers(dirname(folder), [basename(folder)]);
    await mkdir(partial, { mode: 0o700 });
    for (const { name, text, isSecret } of files) {
      const file = join(partial, name);
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      await writeFile(file, text, { mode: isSecret ? 0o600 : 0o644, flush: true });
      await chmod(file, isSecret ? 0o600 : 0o644); // past the umask
    }
    // A folder that somebody made meanwhile is not replaced: renaming onto one that has files fails.
    await rename(partial, folder);
    await syncFolder(dirname(folder));
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw new ProvisionError(`${folder} can't be written: ${(error as Error).message}`, { cause: error });
  }
  return { files: files.map(({ name }) => name), steps };
}

/** What something is called until it is whole. */
const partialOf = (file: string): string => `${file}.partial-${process.pid}`;

/** Removes what processes that ended half-way left of `names`: there may be secrets in it. */
async function removeLeftovers(folder: string, names: readonly string[]): Promise<void> {
  for (const entry of await readdir(folder)) {
    const [, name = '', pid = ''] = /^(.+)\.partial-(\d+)$/.exec(entry) ?? [];
    if (names.includes(name) && !isAnother(Number(pid)))
      await rm(join(folder, entry), { recursive: true, force: true });
  }
}

/** Whether another process of that number is there. */
function isAnother(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );

function readConfig(text: string, file: string): Config {
  const parsed = parseConfig(text, file);
  if (parsed.ok) return parsed.config;
  throw new ProvisionError(formatProblems(parsed.problems));
}

/**
 * Makes another certificate of the server, for the same names and the same key, in a folder of `initMesh`: one file
 * changes, whole or not at all, so that key and certificate always belong together. Where the key was taken away, there
 * is another. Resolves to the new certificate's last day. Rejects with a `ProvisionError` or a `CertificateError`.
 */
export async function renewCertificate(folder: string): Promise<string> {
  const read = (name: string): Promise<string> =>
    readFile(join(folder, name), 'utf8').catch((error: unknown) => {
      throw new ProvisionError(
        `${join(folder, name)} can't be read (${codeOf(error)}); allowed: a folder of pop-sla mesh init, with its ca`,
      );
    });
  const authority = { certificate: await read('ca/ca.pem'), key: await read('ca/ca.key') };
  const { subject, subjectAltName = '' } = new X509Certificate(await read('nats/server.pem'));
  const first = subject.replace(/^CN=/, '');
  const names = subjectAltName.split(', ').map((each) => each.replace(/^(DNS|IP Address):/, ''));
  const keyFile = 'nats/server.key';
  const key = (await exists(join(folder, keyFile))) ? await read(keyFile) : null;
  const server = await certifyServer([first, ...names.filter((each) => each !== first)], authority, key);
  if (key === null) await writeAtomically(join(folder, keyFile), server.key, 0o600);
  await writeAtomically(join(folder, 'nats/server.pem'), server.certificate);
  return new Date(new X509Certificate(server.certificate).validTo).toISOString().slice(0, 10);
}

export interface JoinOptions {
  /** The folder `hub` or `agents/ID` of a mesh folder, absolute. */
  readonly bundle: string;
  /** Where the configuration goes: `/etc/pop-sla`. */
  readonly folder: string;
}

export interface JoinDone {
  readonly role: 'hub' | 'agent';
  readonly name: string;
  /** The configuration, absolute. */
  readonly config: string;
  /** Files that were there already, with the same content. */
  readonly same: readonly string[];
}

/**
 * Puts the files of a bundle into the folder of the configuration: all of them or none, and never over a file with
 * another content. They get the folder's owner and group; as root, with the group's right to read. Rejects with a
 * `ProvisionError`.
 */
export async function joinMesh({ bundle, folder }: JoinOptions): Promise<JoinDone> {
  const names = await readdir(bundle).catch((error: unknown) => {
    throw new ProvisionError(`${bundle} can't be read (${codeOf(error)}); allowed: ${bundleIs}`);
  });
  const role = names.includes('hub.yaml') ? 'hub' : names.includes('agent.yaml') ? 'agent' : null;
  if (role === null)
    throw new ProvisionError(`${bundle} has no hub.yaml and no agent.yaml; allowed: ${bundleIs}`);
  const yaml = `${role}.yaml`;
  const { mesh, agent } = readConfig(await readFile(join(bundle, yaml), 'utf8'), join(bundle, yaml));
  const wanted = [
    mesh?.tls?.ca,
    mesh?.login.kind === 'nkey' ? mesh.login.seedFile : null,
    // Last, so that no daemon starts on half of it.
    join(bundle, yaml),
  ].flatMap((file) => (file == null ? [] : [file]));
  for (const file of wanted) {
    if (resolve(dirname(file)) !== resolve(bundle) || !names.includes(basename(file)))
      throw new ProvisionError(
        `${join(bundle, yaml)} names ${file}, which is not beside it; allowed: ${bundleIs}`,
      );
  }
  const owner = await stat(folder).catch((error: unknown) => {
    throw new ProvisionError(
      `${folder} can't be read (${codeOf(error)}); allowed: the folder of the configuration, by --to`,
    );
  });
  const same: string[] = [];
  const made: string[] = [];
  for (const file of wanted) {
    const target = join(folder, basename(file));
    if (!(await exists(target))) continue;
    if ((await readFile(target)).equals(await readFile(file))) same.push(target);
    else throw new ProvisionError(`${target} exists already and says something else; allowed: move it away`);
  }
  try {
    await removeLeftovers(
      folder,
      wanted.map((file) => basename(file)),
    );
    for (const file of wanted) {
      const target = join(folder, basename(file));
      if (same.includes(target)) continue;
      const partial = partialOf(target);
      made.push(partial);
      await copyFile(file, partial, constants.COPYFILE_EXCL);
      // Of /etc/pop-sla the owner is root, and the group the daemon's.
      const isShared = process.getuid?.() === 0;
      if (isShared) await chown(partial, owner.uid, owner.gid);
      const isSecret = file.endsWith('.nkey');
      await chmod(partial, isShared && owner.gid !== 0 ? 0o640 : isSecret ? 0o600 : 0o644);
      // Unlike a rename it fails where a file came into being meanwhile.
      await link(partial, target);
      made.push(target);
      await rm(partial);
    }
    await syncFolder(folder);
  } catch (error) {
    for (const file of made) await rm(file, { force: true });
    throw new ProvisionError(`${folder}: can't be written: ${(error as Error).message}`, { cause: error });
  }
  return { role, name: agent, config: join(folder, yaml), same };
}

const bundleIs = 'the folder hub, or one of the folder agents, that pop-sla mesh init has made';
const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);

/** `openssl` is missing or refused something; the message says what, and what to do. */
class CertificateError extends Error {
  override readonly name = 'MeshFault';
}

/** PEM texts. */
interface KeyAndCertificate {
  readonly key: string;
  readonly certificate: string;
}

const caDays = 3650;
/** The longest that common TLS clients accept. */
const serverDays = 825;

/** A certificate authority that signs servers only, valid for ten years. Rejects with `CertificateError`. */
const makeAuthority = (name: string): Promise<KeyAndCertificate> =>
  inScratch(async (file) => {
    await writeFile(file('config'), `${request(name)}[ca]\n${extensions.ca}`);
    await openssl([
      ...['req', '-x509', '-sha256', ...newKey, '-config', file('config'), '-extensions', 'ca'],
      ...['-days', String(caDays), '-keyout', file('key'), '-out', file('certificate')],
    ]);
    return pair(file);
  });

/** The certificate of a server under all of its names and addresses; `key` null: with a new key. Rejects with `CertificateError`. */
const certifyServer = (
  names: readonly [string, ...string[]],
  authority: KeyAndCertificate,
  key: string | null = null,
): Promise<KeyAndCertificate> =>
  inScratch(async (file) => {
    const subjects = names.map((name) => `${isIP(name) === 0 ? 'DNS' : 'IP'}:${name}`);
    const serverSection = `${extensions.server}subjectAltName = ${subjects.join(', ')}\n`;
    await writeFile(file('config'), `${request(names[0])}[server]\n${serverSection}`);
    await writeFile(file('ca'), authority.certificate);
    await writeFile(file('ca-key'), authority.key, { mode: 0o600 });
    if (key !== null) await writeFile(file('key'), key, { mode: 0o600 });
    await openssl([
      ...['req', '-new', '-sha256', '-config', file('config'), '-out', file('request')],
      ...(key === null ? [...newKey, '-keyout', file('key')] : ['-key', file('key')]),
    ]);
    await openssl([
      ...['x509', '-req', '-in', file('request'), '-CA', file('ca'), '-CAkey', file('ca-key')],
      ...['-set_serial', `0x${randomBytes(16).toString('hex')}`, '-days', String(serverDays)],
      ...['-extfile', file('config'), '-extensions', 'server', '-out', file('certificate')],
    ]);
    return pair(file);
  });

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** The machine's own configuration of openssl has no say. The longest common name is 64 characters. */
const request = (name: string): string =>
  `[req]\nprompt = no\ndistinguished_name = name\n[name]\nCN = ${name.slice(0, 64)}\n`;

const extensions = {
  ca: `basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
`,
  server: `basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth, clientAuth
authorityKeyIdentifier = keyid
subjectKeyIdentifier = hash
`,
};

async function inScratch<T>(work: (file: (name: string) => string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'pop-sla-certificate-'));
  try {
    await chmod(folder, 0o700);
    return await work((name) => join(folder, name));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const pair = async (file: (name: string) => string): Promise<KeyAndCertificate> => ({
  key: await readFile(file('key'), 'utf8'),
  certificate: await readFile(file('certificate'), 'utf8'),
});

async function openssl(args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)('openssl', [...args], { timeout: 60_000 });
  } catch (error) {
    const { code, stderr = '' } = error as NodeJS.ErrnoException & { readonly stderr?: string };
    if (code === 'ENOENT')
      throw new CertificateError('the program openssl is missing; install it: apt install openssl', {
        cause: error,
      });
    const [line = String(error)] = stderr.split('\n').filter((each) => each !== '');
    throw new CertificateError(`openssl ${args[0] ?? ''} failed: ${line}`, { cause: error });
  }
}

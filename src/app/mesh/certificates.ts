import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

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
export const makeAuthority = (name: string): Promise<KeyAndCertificate> =>
  inScratch(async (file) => {
    await writeFile(file('config'), `${request(name)}[ca]\n${extensions.ca}`);
    await openssl([
      ...['req', '-x509', '-sha256', ...newKey, '-config', file('config'), '-extensions', 'ca'],
      ...['-days', String(caDays), '-keyout', file('key'), '-out', file('certificate')],
    ]);
    return pair(file);
  });

/** The certificate of a server under all of its names and addresses; `key` null: with a new key. Rejects with `CertificateError`. */
export const certifyServer = (
  names: readonly [string, ...string[]],
  authority: KeyAndCertificate,
  key: string | null = null,
): Promise<KeyAndCertificate> =>
  inScratch(async (file) => {
    const subjects = names.map((name) => `${isIP(name) === 0 ? 'DNS' : 'IP'}:${name}`);
    const own = `${extensions.server}subjectAltName = ${subjects.join(', ')}\n`;
    await writeFile(file('config'), `${request(names[0])}[server]\n${own}`);
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

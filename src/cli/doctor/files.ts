import { createPrivateKey, X509Certificate } from 'node:crypto';
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { AppPort } from '../context.js';
import { check, type Check, messageOf } from './checks.js';
import type { Config } from '../../config/config.js';
import { describeWriter } from '../../store/writer-lock.js';

/** Reads every file that the configuration names and the daemon reads only later: certificates, keys, secrets. */
export async function checkFiles({
  http,
  mesh,
  store,
}: Pick<Config, 'http' | 'mesh' | 'store'>): Promise<Check> {
  const name = 'files';
  const login = mesh?.login;
  const named: readonly (readonly [
    key: string,
    file: string | null | undefined,
    fits?: (text: string) => void,
  ])[] = [
    ['http.tls.cert', http.tls?.cert, isCertificate],
    ['http.tls.key', http.tls?.key, isKey],
    ['http.auth.oidc.clientSecretFile', http.auth.oidc?.clientSecretFile],
    ['store.passwordFile', store.postgres?.passwordFile],
    ['mesh.tls.ca', mesh?.tls?.ca, isCertificate],
    ['mesh.tls.cert', mesh?.tls?.cert, isCertificate],
    ['mesh.tls.key', mesh?.tls?.key, isKey],
    ['mesh.passwordFile', login?.kind === 'password' ? login.passwordFile : null],
    ['mesh.nkeySeedFile', login?.kind === 'nkey' ? login.seedFile : null],
    ['mesh.credsFile', login?.kind === 'creds' ? login.file : null],
  ];
  const faults = await Promise.all(
    named.map(async ([key, file, fits]) => {
      if (file == null) return [];
      try {
        const text = await readFile(file, 'utf8');
        if (text.trim() === '') throw new Error('is empty');
        fits?.(text);
        return [];
      } catch (error) {
        return [`${key} ${file}: ${messageOf(error)}`];
      }
    }),
  );
  const shared = named.flatMap(([key, file]) =>
    file != null && isSecret.has(key) && isOpenToAll(file) ? [{ key, file }] : [],
  );
  const count = named.filter(([, file]) => file != null).length;
  const wrong = faults.flat();
  if (wrong.length > 0)
    return check(
      name,
      'fail',
      wrong.join('\n'),
      'put the files in place, readable by the user that runs the daemon',
    );
  if (shared.length > 0)
    return check(
      name,
      'note',
      `everybody on this machine may read ${shared.map(({ key, file }) => `${key} ${file}`).join(', ')}`,
      `chmod o-r ${shared.map(({ file }) => quoted(file)).join(' ')}`,
    );
  return check(name, 'ok', count === 0 ? 'none are named' : `${count} can be read`);
}

const isSecret = new Set([
  ...['http.tls.key', 'http.auth.oidc.clientSecretFile', 'store.passwordFile'],
  ...['mesh.tls.key', 'mesh.passwordFile', 'mesh.nkeySeedFile', 'mesh.credsFile'],
]);

/** A file's name as one word of a shell. */
const quoted = (file: string): string =>
  /^[\w./@:+-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`;

const isOpenToAll = (file: string): boolean =>
  ((statSync(file, { throwIfNoEntry: false })?.mode ?? 0) & 0o004) !== 0;

function isCertificate(text: string): void {
  const { validFrom, validTo } = new X509Certificate(text);
  const now = Date.now();
  if (Date.parse(validTo) < now) throw new Error(`the certificate was valid until ${validTo}`);
  if (Date.parse(validFrom) > now) throw new Error(`the certificate is valid from ${validFrom} on`);
}

function isKey(text: string): void {
  createPrivateKey(text);
}

/** Who measures into the store now: a second daemon would be refused. */
export async function checkWriter(config: Config, { storeWriter }: AppPort): Promise<Check> {
  const name = 'writer';
  try {
    const writer = await storeWriter(config);
    if (writer === null) return check(name, 'ok', 'no daemon writes the database now');
    const who = writer === 'somebody' ? 'a process that left no name' : describeWriter(writer);
    return check(name, 'note', `${who} writes the database; another daemon would be refused`);
  } catch (error) {
    return check(name, 'unknown', `it can't be found out who writes the database: ${messageOf(error)}`);
  }
}

/** Without a key that signs, no statement can be sealed; a daemon that only measures needs none. */
export async function checkSigningKey({ keys }: Pick<Config, 'keys'>): Promise<Check> {
  const name = 'signing key';
  const { KeyError, keyFolder } = await import('../../seal/keys.js');
  try {
    const { id } = await keyFolder(keys.folder).signer();
    return check(name, 'ok', `${id}, in ${keys.folder}`);
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
    return check(name, 'note', `statements can't be sealed: ${error.message}`, error.remedy);
  }
}

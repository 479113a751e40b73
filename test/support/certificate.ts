import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must } from '../lab/command.js';

/** A certificate that vouches for itself: its file is the authority to trust as well. */
export interface Certificate {
  readonly folder: string;
  readonly cert: string;
  readonly key: string;
}

/** Makes one for these names and addresses only: `IP:127.0.0.1`, `DNS:localhost`. Needs the program openssl. */
export function makeCertificate(...names: readonly string[]): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'pop-sla-certificate-'));
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  must([
    ...['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-days', '3650', '-subj', '/CN=pop-sla test', '-addext', `subjectAltName=${names.join(',')}`],
    ...['-keyout', key, '-out', cert],
  ]);
  return { folder, cert, key };
}

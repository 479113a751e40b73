/** How the way to a server is secured, as PostgreSQL's own programs call it. */
const tlsModes = ['disable', 'require', 'verify-ca', 'verify-full'] as const;
type TlsMode = (typeof tlsModes)[number];

/** Where a PostgreSQL database is. */
export interface PostgresAddress {
  /** A name, an address, or the folder of a socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** Null: whoever runs the program. */
  readonly user: string | null;
  readonly password: string | null;
  readonly tls: TlsMode;
  /** PEM files: who vouches for the server, and who we are. */
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
  /** A file as PostgreSQL's `.pgpass`. */
  readonly passwords: string | null;
  /** Settings of the session: `-c search_path=sla`. */
  readonly options: string | null;
}

export const postgresUrlAllowed =
  'postgres://USER@HOST:PORT/DATABASE, and behind "?" sslmode, sslrootcert, sslcert, sslkey, passfile, options or host';

const parameters = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'passfile', 'options', 'host'];

const escapes = 'signs such as @ / # in a password are written %40 %2F %23';

export const isUrl = (text: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(text);

/** The address in a URL, or what is wrong with it: words that never show a password. */
export function parsePostgresUrl(text: string): PostgresAddress | { readonly wrong: string } {
  // A user without a host, whose socket is named behind the "?", is no URL to others.
  const hostless = /^\w+:\/\/[^/@]*@\//.test(text);
  const whole = hostless ? text.replace('@/', '@-/') : text;
  if (!URL.canParse(whole)) return { wrong: `is not a URL (${escapes})` };
  const url = new URL(whole);
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:')
    return { wrong: `is an address of ${url.protocol.slice(0, -1)}, and not of PostgreSQL` };
  const given = new Map(url.searchParams);
  const unknown = [...given.keys()].find((key) => !parameters.includes(key));
  if (unknown !== undefined) return { wrong: `has '${unknown}', which is not known` };
  if (url.hash !== '') return { wrong: 'has a "#" (in a password it is written %23)' };
  const [database, user, password] = [url.pathname.slice(1), url.username, url.password].map(decoded);
  if (database === undefined || user === undefined || password === undefined)
    return { wrong: 'has a % that no two hexadecimal digits follow' };
  if (/[/@]/.test(url.pathname.slice(1))) return { wrong: `has a sign too many (${escapes})` };
  if (database === '') return { wrong: 'names no database' };
  const host = given.get('host') ?? decoded(hostless ? '' : url.hostname)?.replace(/^\[(.*)\]$/, '$1') ?? '';
  if (host === '') return { wrong: 'names no host' };
  const near = isNear(host);
  const mode = given.get('sslmode') ?? (near ? 'disable' : 'verify-full');
  const tls = tlsModes.find((one) => one === mode);
  if (tls === undefined)
    return { wrong: `has the sslmode '${mode}', which is none of ${tlsModes.join(', ')}` };
  const orNull = (key: string): string | null => given.get(key) ?? null;
  const [ca, cert, key] = [orNull('sslrootcert'), orNull('sslcert'), orNull('sslkey')];
  if (tls === 'verify-ca' && ca === null) return { wrong: 'has sslmode=verify-ca without an sslrootcert' };
  if ((cert === null) !== (key === null)) return { wrong: 'has one of sslcert and sslkey without the other' };
  return {
    host,
    port: url.port === '' ? 5432 : Number(url.port),
    database,
    user: user === '' ? null : user,
    password: password === '' ? null : password,
    tls,
    ca,
    cert,
    key,
    passwords: orNull('passfile'),
    options: orNull('options'),
  };
}

/** Nobody stands between us and a server on this machine. */
const isNear = (host: string): boolean =>
  host.startsWith('/') || /^(127\.\d+\.\d+\.\d+|localhost|::1)$/i.test(host);

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** What a database is called in messages: without the password. */
export const postgresName = ({ host, port, database }: PostgresAddress): string =>
  `the database ${database} at ${host.startsWith('/') ? host : `${host}:${port}`}`;

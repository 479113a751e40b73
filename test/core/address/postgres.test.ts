import { describe, expect, test } from 'vitest';
import { parsePostgresUrl, postgresName } from '../../../src/core/address/postgres.js';

const plain = {
  host: 'db.example.net',
  port: 5432,
  database: 'sla',
  user: 'pop-sla',
  password: null,
  tls: 'verify-full',
  ca: null,
  cert: null,
  key: null,
  passwords: null,
  options: null,
};

describe('the URL of a PostgreSQL database', () => {
  test.each([
    ['postgres://pop-sla@db.example.net/sla', {}],
    [
      'postgresql://pop-sla:p%40%2Fss@db.example.net:5433/s%20la',
      { port: 5433, database: 's la', password: 'p@/ss' },
    ],
    ['postgres://db.example.net/sla?sslmode=disable', { user: null, tls: 'disable' }],
    ['postgres://pop-sla@127.0.0.1/sla', { host: '127.0.0.1', tls: 'disable' }],
    ['postgres://pop-sla@[::1]:1/sla', { host: '::1', port: 1, tls: 'disable' }],
    ['postgres://pop-sla@[2001:db8::1]/sla', { host: '2001:db8::1' }],
    ['postgres://pop-sla@/sla?host=/run/postgresql', { host: '/run/postgresql', tls: 'disable' }],
    [
      'postgres://pop-sla@db.example.net/sla?sslmode=verify-ca&sslrootcert=/ca&sslcert=/c&sslkey=/k&passfile=/p&options=-c%20a%3Db',
      { tls: 'verify-ca', ca: '/ca', cert: '/c', key: '/k', passwords: '/p', options: '-c a=b' },
    ],
  ])('%s', (text, differs) => {
    expect(parsePostgresUrl(text)).toEqual({ ...plain, ...differs });
  });

  test.each([
    ['db.example.net', 'is not a URL'],
    ['postgres://u:pa/ss@h/db', 'is not a URL'],
    ['postgres://u:se@cret/x@h/db', 'has a sign too many'],
    ['postgres://u@/db', 'names no host'],
    ['mysql://u@h/db', 'is an address of mysql, and not of PostgreSQL'],
    ['postgres://u@h', 'names no database'],
    ['postgres://u@h/', 'names no database'],
    ['postgres:///db', 'names no host'],
    ['postgres://u:secret%zz@h/db', 'has a % that no two'],
    ['postgres://u:sec#ret@h/db', 'is not a URL'],
    ['postgres://u@h/db#x', 'has a "#"'],
    ['postgres://u@h/db?sslmode=prefer', "has the sslmode 'prefer', which is none of disable, require"],
    ['postgres://u@h/db?sslmode=verify-ca', 'without an sslrootcert'],
    ['postgres://u@h/db?sslcert=/c', 'one of sslcert and sslkey without the other'],
    ['postgres://u@h/db?password=secret', "has 'password', which is not known"],
  ])('%s is refused, and no password shown', (text, why) => {
    const result = parsePostgresUrl(text);
    if (!('wrong' in result)) throw new Error('it was taken');
    expect(result.wrong).toContain(why);
    expect(result.wrong).not.toContain('secret');
  });

  test('is named without its password', () => {
    const named = (text: string): string => {
      const address = parsePostgresUrl(text);
      return 'wrong' in address ? address.wrong : postgresName(address);
    };
    expect(named('postgres://u:secret@h:5433/db')).toBe('the database db at h:5433');
    expect(named('postgres:///db?host=/run/postgresql')).toBe('the database db at /run/postgresql');
  });
});

import { expect, test } from 'vitest';
import { isSecretKey, redact, redactText } from '../../src/config/strict.js';

test('values of secret keys and passwords in URLs are hidden, wherever they are', () => {
  const data = {
    http: { listen: '127.0.0.1:9720', token: 'abc', tokens: 3 },
    mesh: [{ url: 'nats://agent:hunter2@hub.example.net:4222', password: 'x' }],
    clientSecret: { nested: true },
    passphrase: null,
    keepPackets: 13,
  };
  expect(redact(data)).toEqual({
    http: { listen: '127.0.0.1:9720', token: '***', tokens: 3 },
    mesh: [{ url: 'nats://agent:***@hub.example.net:4222', password: '***' }],
    clientSecret: '***',
    passphrase: null,
    keepPackets: 13,
  });
});

test.each([
  ['postgres://sla:p%40ss@db/x', 'postgres://sla:***@db/x'],
  ['postgres://sla:p@ss/w#r d@db/x', 'postgres://sla:***@db/x'],
  ['see nats://a:b@c, and nats://d:e@f', 'see nats://a:***@c, and nats://d:***@f'],
  ['postgres://sla@db/x', 'postgres://sla@db/x'],
])('of %s a password is hidden, whatever is in it', (text, shown) => {
  expect(redactText(text)).toBe(shown);
});

test.each([
  'password',
  'dbPassword',
  'passwd',
  'passphrase',
  'secret',
  'clientSecret',
  'apiKey',
  'private_key',
  'accessToken',
  'credentials',
  'Authorization',
])('%s is secret', (key) => {
  expect(isSecretKey(key)).toBe(true);
});

test.each(['agent', 'path', 'keepPackets', 'publicKey', 'key', 'passed', 'author'])(
  '%s is not secret',
  (key) => {
    expect(isSecretKey(key)).toBe(false);
  },
);

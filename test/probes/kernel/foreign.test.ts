import { expect, test } from 'vitest';
import { loadForeign, type Foreign } from '../../../probes/kernel/libc.js';

const koffi = {} as Foreign;
const missing = (): Foreign => {
  throw new Error('Cannot find the native Koffi module\n    at somewhere');
};

test.each(['x64', 'arm64'])('foreign functions are called on Linux on %s', (arch) => {
  expect(loadForeign(() => koffi, { platform: 'linux', arch })).toBe(koffi);
});

test.each([
  ['linux', 'arm'],
  ['linux', 'ia32'],
  ['linux', 'mips'],
  ['darwin', 'arm64'],
  ['win32', 'x64'],
])('on %s on %s, whose numbers may be others, none is called', (platform, arch) => {
  expect(() => loadForeign(() => koffi, { platform, arch })).toThrow(
    expect.objectContaining({
      name: 'ProbeUnavailable',
      message: `its calls are those of Linux on x64 and arm64; this is ${platform} on ${arch}`,
      remedy: 'choose the probe kind "net-ping" (driver: net-ping)',
    }),
  );
});

test('a machine that koffi has no binary for says what would help, in one line', () => {
  expect(() => loadForeign(missing, { platform: 'linux', arch: 'arm64' })).toThrow(
    expect.objectContaining({
      message: "the package koffi can't be loaded on linux-arm64: Cannot find the native Koffi module",
      remedy: 'npm ci --include=optional',
    }),
  );
});

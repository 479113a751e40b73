import { afterEach, describe, expect, test, vi } from 'vitest';
import type * as Abi from '../../../probes/kernel/abi.js';
import { createClock } from '../../../probes/kernel/clock.js';
import { emptyControl, type Control } from '../../../probes/kernel/control.js';
import { loadLibc } from '../../../probes/kernel/libc.js';
import { createPoller } from '../../../probes/kernel/poller.js';
import type { FamilyState } from '../../../probes/kernel/protocol.js';
import { keepStamping, selfTest } from '../../../probes/kernel/serve.js';
import type { SocketWire, StampRequest } from '../../../probes/kernel/socket-wire.js';
import { requires } from '../../support/requires.js';
import { fakeKernel, type FakeNetwork } from './fake-kernel.js';

type Changes = Partial<Record<keyof typeof Abi, unknown>>;

/** The self-test on this machine's kernel, with some of what is known of it replaced. */
async function testedWith(change: Changes, patienceNs = 50e6): Promise<FamilyState> {
  vi.resetModules();
  vi.doMock('../../../probes/kernel/abi.js', async (original) => ({
    ...(await original<typeof Abi>()),
    ...change,
  }));
  const [batches, wires, tests] = await Promise.all([
    import('../../../probes/kernel/batch.js'),
    import('../../../probes/kernel/socket-wire.js'),
    import('../../../probes/kernel/serve.js'),
  ]);
  // Clock and poller go by what is right: what they are told wrong would only make them sleep for ever, which is seen
  // from outside of the thread.
  const libc = loadLibc();
  const [replies, errors] = [batches.createBatch(libc, 8, 2048), batches.createBatch(libc, 8, 512)];
  const both = { replies: () => replies, errors: () => errors };
  return tests.selfTest({
    family: 4,
    clock: createClock(libc),
    poller: createPoller(libc),
    patienceNs,
    open: (stamps: StampRequest) =>
      wires.openSocketWire({ libc, family: 4, packet: {}, stamps, batches: both }),
  });
}

const timespec = { bytes: 16, sec: 0, nsec: 8 };
const cmsghdr = { bytes: 16, length: 0, level: 8, type: 12, align: 8 };
const mmsghdr = {
  bytes: 64,
  name: 0,
  nameLength: 8,
  iov: 16,
  iovCount: 24,
  control: 32,
  controlLength: 40,
  flags: 48,
  received: 56,
};

describe('with what is known of the kernel', () => {
  const machine = requires({ rawSocket: true });
  let stamping = -1;
  machine.beforeAll(async () => {
    // From here on the kernel stamps what is received, whoever else asks for it.
    stamping = keepStamping(loadLibc());
    await testedWith({}, 30e9);
  });
  machine.afterAll(() => {
    loadLibc().close(stamping);
  });
  afterEach(() => {
    vi.doUnmock('../../../probes/kernel/abi.js');
    vi.resetModules();
  });

  test('right, both stamps are taken', async () => {
    expect(await testedWith({}, 5e9)).toMatchObject({
      usable: true,
      stamps: 'kernel-tx-rx',
      shortcoming: null,
    });
  });

  test.each<[string, Changes]>([
    ['the number of SO_TIMESTAMPING, of 32-bit systems', { SO_TIMESTAMPING: 65, SCM_TIMESTAMPING: 37 }],
    ['the number of the stamps’ control message', { SCM_TIMESTAMPING: 65 }],
    ['stamps of two 32-bit words', { timespec: { bytes: 8, sec: 0, nsec: 4 } }],
    ['nanoseconds and seconds exchanged', { timespec: { bytes: 16, sec: 8, nsec: 0 } }],
    ['stamps that begin 8 bytes further on', { timespec: { ...timespec, sec: 8, nsec: 16 } }],
    [
      'control messages with a head of 12 bytes, of 32-bit systems',
      { cmsghdr: { ...cmsghdr, bytes: 12, level: 4, type: 8, align: 4 } },
    ],
    ['the level and the type of control messages exchanged', { cmsghdr: { ...cmsghdr, level: 12, type: 8 } }],
    [
      'where the length of the control messages stands',
      { mmsghdr: { ...mmsghdr, controlLength: 48, flags: 40 } },
    ],
  ])('wrong (%s), no stamp of the kernel’s is used', async (_what, change) => {
    expect(await testedWith(change)).toMatchObject({ usable: true, stamps: 'user' });
  });

  test.each<[string, Changes]>([
    ['the origin of TX stamps', { EE_ORIGIN_TIMESTAMPING: 5 }],
    [
      'the place of the origin',
      { extendedError: { bytes: 16, errno: 0, origin: 8, type: 5, code: 6, info: 8 } },
    ],
    ['the flag that asks for TX stamps', { SOF_TX_SOFTWARE: 1 }],
    ['the number of IP_RECVERR', { IP_RECVERR: 12 }],
  ])('wrong (%s), no TX stamp is used', async (_what, change) => {
    expect(await testedWith(change)).toMatchObject({ usable: true, stamps: 'kernel-rx' });
  });

  test.each<[string, Changes]>([
    ['the flag of the error queue', { MSG_ERRQUEUE: 0x4000 }],
    ['the length of a received packet', { mmsghdr: { ...mmsghdr, received: 60 } }],
    ['where an address has its bytes', { sockaddrIn: { bytes: 16, family: 0, port: 2, address: 8 } }],
    ['where a length stands in an iovec', { iovec: { bytes: 16, base: 8, length: 0 } }],
    ['what a datagram socket is called, of MIPS', { SOCK_DGRAM: 1, SOCK_RAW: 1 }],
  ])('wrong (%s), nothing is measured', async (_what, change) => {
    expect(await testedWith(change)).toMatchObject({ usable: false });
  });
});

interface Odd {
  readonly stampErrno?: number;
  readonly stamp?: (control: Control, nth: number) => Control;
}

describe('a kernel', () => {
  /** A kernel of a test's, in virtual time, as a socket of this machine's; `stamp` decides of the n-th reply's stamp. */
  function tested(network: Partial<FakeNetwork>, { stampErrno = 0, stamp = (control) => control }: Odd = {}) {
    const kernel = fakeKernel({ delayNs: () => 20_000, ...network });
    const asked: StampRequest[] = [];
    let replies = 0;
    const reply = (index: number) => {
      const arrival = kernel.wire.reply(index);
      const control = stamp(arrival.control, (replies += 1));
      return { ...arrival, control, source: Buffer.from([127, 0, 0, 1]) };
    };
    const open = (stamps: StampRequest): SocketWire => {
      asked.push(stamps);
      return { ...kernel.wire, reply, mode: 'datagram', stampErrno };
    };
    const { clock, poller } = kernel;
    const state = selfTest({ family: 4, clock, poller, open });
    return { asked, state, tookNs: kernel.nowNs };
  }

  test('that stamps at once is not waited for', () => {
    const { state, tookNs, asked } = tested({});
    expect(state).toMatchObject({ usable: true, stamps: 'kernel-tx-rx', shortcoming: null });
    expect(asked).toEqual(['tx-rx']);
    expect(tookNs).toBeLessThan(20e6);
  });

  test('that begins to stamp only after a while is waited for', () => {
    const { state } = tested({}, { stamp: (control, nth) => (nth > 12 ? control : emptyControl()) });
    expect(state).toMatchObject({ usable: true, stamps: 'kernel-tx-rx', shortcoming: null });
  });

  test('that never stamps what is sent is waited for a second', () => {
    const { state, tookNs } = tested({ txStamps: false });
    const shortcoming = { what: 'the kernel gives no stamps of sent packets' };
    expect(state).toMatchObject({ usable: true, stamps: 'kernel-rx', shortcoming });
    expect(tookNs).toBeLessThan(1.5e9);
  });

  test('that never stamps what is received gives none at all', () => {
    const { state } = tested({}, { stamp: () => emptyControl() });
    const shortcoming = { what: 'the kernel gives no stamps of received packets' };
    expect(state).toMatchObject({ usable: true, stamps: 'user', shortcoming });
  });

  test('that refuses to stamp what is sent is asked for the others alone', () => {
    const { asked, state } = tested({ txStamps: false }, { stampErrno: 22 });
    expect(asked).toEqual(['tx-rx', 'rx']);
    const shortcoming = { what: 'setsockopt(SO_TIMESTAMPING) is refused: EINVAL' };
    expect(state).toMatchObject({ usable: true, stamps: 'user', shortcoming });
  });

  test.each([3600, -3600, 1])('whose stamps are %d s off is not believed', (sec) => {
    const { state } = tested({}, { stamp: (control) => ({ ...control, sec: control.sec + sec }) });
    expect(state).toMatchObject({ usable: true, stamps: 'user' });
  });
});

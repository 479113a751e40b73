import { pollfd, POLLERR, POLLIN, timespec } from './abi.js';
import type { Libc } from './libc.js';

/** Sleeps until something is to be read, or a time has passed. */
export interface Poller {
  /** Waits at most `ns`. `fds[0]` and so on are watched; an empty list only sleeps. */
  wait(fds: readonly number[], ns: number): void;
  /** After `wait`: what the descriptor at this place of the list has. */
  readable(index: number): boolean;
  hasErrors(index: number): boolean;
}

export function createPoller(libc: Libc): Poller {
  let events = Buffer.alloc(16 * pollfd.bytes);
  const timeout = Buffer.alloc(timespec.bytes);
  const returned = (index: number): number => events.readUInt16LE(index * pollfd.bytes + pollfd.revents);
  return {
    wait(fds, ns) {
      if (fds.length * pollfd.bytes > events.length) events = Buffer.alloc(2 * fds.length * pollfd.bytes);
      let at = 0;
      for (const fd of fds) {
        events.writeInt32LE(fd, at + pollfd.fd);
        events.writeUInt16LE(POLLIN, at + pollfd.events);
        events.writeUInt16LE(0, at + pollfd.revents);
        at += pollfd.bytes;
      }
      const whole = Math.max(0, Math.floor(ns));
      timeout.writeUInt32LE(Math.floor(whole / 1e9), timespec.sec);
      timeout.writeUInt32LE(whole % 1e9, timespec.nsec);
      libc.ppoll(events, fds.length, timeout, null);
    },
    readable: (index) => (returned(index) & POLLIN) !== 0,
    hasErrors: (index) => (returned(index) & POLLERR) !== 0,
  };
}

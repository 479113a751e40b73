/** The only wiring: what of the house's rooms goes together, and in which order it starts and stops. */
export { startDaemon, type Daemon, type DaemonOptions } from './app/daemon.js';
export { ConfigRejected, ListenFault } from './app/faults.js';
export { probeOnce, type ProbeOnceOptions } from './app/probe-once.js';
export { readStore } from './app/read-store.js';

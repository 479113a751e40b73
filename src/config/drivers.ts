/**
 * The probe kinds that a config may name. The probes themselves are a room of the same floor, so the list stands here
 * again; a test holds it against theirs. `auto` is the best kind that works on this machine.
 */
export const driverNames = ['auto', 'kernel', 'net-ping', 'fping', 'simulated'] as const;
export type DriverName = (typeof driverNames)[number];

/** Those that can set the DSCP, the TTL and the rest of `probe`. */
export const driversWithPacketOptions: readonly DriverName[] = ['auto', 'kernel', 'fping'];

/** Those that measure rounds and can send no single echo: they watch no port. */
export const driversWithoutEcho: readonly DriverName[] = ['fping'];

export const defaultDriver: DriverName = 'auto';

import { readFileSync } from 'node:fs';

/** What this process took until now. */
export const figures = () => {
  const { user, system } = process.cpuUsage();
  const status = readFileSync('/proc/self/status', 'utf8');
  return { cpuSeconds: (user + system) / 1e6, peakMib: Number(/^VmHWM:\s+(\d+)/m.exec(status)[1]) / 1024 };
};

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Starts the daemon as `npm start` runs it, on the configuration `file`; resolves when it listens. */
export async function startDaemon(file) {
  const flags = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    .scripts.start.split(' ')
    .slice(1);
  const daemon = spawn(process.execPath, [...flags, '--config', file], {
    ...{ cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
  });
  const address = await new Promise((resolve, reject) => {
    createInterface(daemon.stdout).on('line', (line) => {
      const { msg, http, level } = JSON.parse(line);
      if (level >= 40) console.log(line);
      if (msg === 'pop-sla is running') resolve(http);
    });
    daemon.once('exit', (code) => reject(new Error(`the daemon ended with ${code}`)));
  });
  const stop = async () => {
    daemon.kill('SIGTERM');
    await new Promise((resolve) => daemon.once('exit', resolve));
  };
  /** Resolves when all of a mesh's paths are judged. */
  const judged = async (paths, headers) => {
    for (;;) {
      const mesh = await (await fetch(`${address}/api/v1/mesh`, { headers })).json();
      if (mesh.judgedAt !== null && mesh.paths.length === paths) return;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  };
  /** What it took of a core until now, all its threads; the kernel counts hundredths of a second. */
  const cpuMs = () => {
    const of = readFileSync(`/proc/${daemon.pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(of[11]) + Number(of[12])) * 10;
  };
  /** Resolves when it takes less than a twentieth of a core. */
  const settled = async () => {
    for (let before = cpuMs(), now; ; before = now) {
      await new Promise((resolve) => setTimeout(resolve, 2000));
      now = cpuMs();
      if (now - before < 100) return;
    }
  };
  return { pid: daemon.pid, address, stop, judged, cpuMs, settled };
}

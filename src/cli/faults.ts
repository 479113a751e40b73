import { ProbeUnavailable } from '../../probes/probe.js';
import { StoreFault } from '../store/store.js';
import { ExitWith, exitCodes } from './exit.js';

/** A fault that the program knows, as lines for a person and an exit status; null for a defect. */
export function exitFor(error: unknown): ExitWith | null {
  if (error instanceof ExitWith) return error;
  if (error instanceof ProbeUnavailable) {
    const code = error.permission ? exitCodes.noPermission : exitCodes.fault;
    return new ExitWith(code, `pop-sla: ${error.message}\n${error.remedy}`, { cause: error });
  }
  if (error instanceof StoreFault) {
    return new ExitWith(exitCodes.fault, `pop-sla: ${error.message}`, { cause: error });
  }
  if (!(error instanceof Error)) return null;
  // The wired program's own; its module is not loaded just to recognise them.
  if (error.name === 'ConfigRejected')
    return new ExitWith(exitCodes.badInput, error.message, { cause: error });
  if (error.name === 'Refused') {
    const lines = error.message.split('\n').map((line) => `pop-sla: ${line}`);
    return new ExitWith(exitCodes.badInput, lines.join('\n'), { cause: error });
  }
  if (error.name === 'EvidenceRefused')
    return new ExitWith(exitCodes.badInput, `pop-sla: ${error.message}`, { cause: error });
  if (
    error.name === 'BackupError' ||
    error.name === 'ListenFault' ||
    error.name === 'MeshFault' ||
    error.name === 'KeyFault'
  ) {
    return new ExitWith(exitCodes.fault, `pop-sla: ${error.message}`, { cause: error });
  }
  return null;
}

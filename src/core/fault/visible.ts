import type { AttachmentRef } from '../ledger/actions.js';
import type { FaultReport } from './report.js';

/** What a customer sees of a report: no internal comments, and nothing of who hands it to whom. */
export function forCustomer(report: FaultReport): FaultReport {
  return { ...report, offer: null, comments: report.comments.filter(({ internal }) => !internal) };
}

/** Every file that stands in a report, as it is given. */
export function filesOf({ attachments, comments }: FaultReport): AttachmentRef[] {
  return [...attachments, ...comments.flatMap((comment) => comment.attachments)];
}

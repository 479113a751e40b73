import type { ExclusionScope } from '../../../core/exclusion/exclusion.js';
import { heading, left, paragraph, table, type Block } from '../blocks.js';
import type { Scene } from './scene.js';

/** The excuses that touch the service, each with what makes it valid. */
export function exclusionBlocks({ document, locale }: Scene): Block[] {
  const { words } = locale;
  if (document.exclusions.length === 0) return [heading(words.exclusions), paragraph(words.noExclusions)];
  return [
    heading(words.exclusions),
    table(
      [
        ...[left(words.id), left(words.kind), left(words.scope), left(words.from), left(words.to)],
        ...[left(words.reason), left(words.approved)],
      ],
      document.exclusions.flatMap((one) =>
        one.intervals.map((interval, index) => ({
          cells:
            index > 0
              ? ['', '', '', locale.short(interval.from), locale.short(interval.to), '', '']
              : [
                  ...[one.id, words.exclusionKind[one.kind], scopeText(one.scope, words.everything)],
                  ...[locale.short(interval.from), locale.short(interval.to), shortened(one.reason)],
                  words.approvedBy(one.approvedBy, locale.instant(one.approvedAt)),
                ],
          notes:
            index < one.intervals.length - 1
              ? []
              : [
                  ...(shortened(one.reason) === one.reason ? [] : [`${words.reason}: ${one.reason}`]),
                  ...(one.noticeAt === null ? [] : [words.notice(locale.instant(one.noticeAt))]),
                  ...(one.proof === null ? [] : [words.proof(one.proof)]),
                  ...(one.attachments.length === 0
                    ? []
                    : [words.attachments(one.attachments.map(({ name }) => name).join(', '))]),
                ],
        })),
      ),
    ),
  ];
}

/** What fits a cell; the whole of a longer one stands under its row. */
const shortened = (reason: string): string => (reason.length <= 160 ? reason : `${reason.slice(0, 150)}…`);

export function scopeText(scope: ExclusionScope, everything: string): string {
  if (scope === 'all') return everything;
  return [...scope.pops, ...scope.paths, ...scope.lines, ...scope.services, ...scope.customers].join(', ');
}

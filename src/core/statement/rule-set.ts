/**
 * The version of the calculation. A month is judged by the version that its first sealed statement was made by, so that
 * a revision differs by what was entered or measured since, and never by the program.
 *
 * 1  Every term of a service by itself; caps over what one plan judges; the whole month's figure of a path, however
 *    little of it was measured; time that leaves the period stays in the days that may fail.
 * 2  One judgement a service and month; caps over the whole site, whatever plans judge its services; a path's figure of
 *    the service's own days, with a least coverage; a lower bound of the availability.
 * 3  Calculates as 2. A statement contains no derivation: it is written when the statement is shown.
 * 4  Calculates as 2. The reasons of a change are codes with values: their sentences are written when they are shown.
 */
export type RuleSet = 1 | 2 | 3 | 4;

export const currentRuleSet: RuleSet = 4;

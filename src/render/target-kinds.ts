/** Services whose format is ready-made: incident systems take one event each, chat robots a text. */
export const incidentKinds = ['pagerduty', 'opsgenie'] as const;
export const chatKinds = ['slack', 'teams', 'wecom', 'dingtalk'] as const;
export type IncidentKind = (typeof incidentKinds)[number];
export type ChatKind = (typeof chatKinds)[number];

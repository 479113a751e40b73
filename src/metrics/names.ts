/** A metric as it is declared to Prometheus. HELP says the unit and the meaning. */
export interface MetricName {
  readonly name: `pop_sla_${string}`;
  readonly help: string;
  readonly labels: readonly string[];
}

/**
 * Every metric of this program but Node's own (`node.ts`), in the order of `/metrics`. What begins with
 * `pop_sla_daemon_` is the health of this process; the rest is the network's, the contracts' or the observer's.
 * Figures of a path come from its rounds of status ok and unscheduled only: what the observer spoiled is not the
 * network's. A figure that can't be had is absent, never 0.
 */
export const metricNames = {
  latency: {
    name: 'pop_sla_latency_seconds',
    help: 'Latency of a path as the contract means it, in seconds: mean of its sizes in the latest round, mean of the rounds in the month to date.',
    labels: ['path', 'window'],
  },
  lossRatio: {
    name: 'pop_sla_loss_ratio',
    help: 'Loss of a path as the contract means it, 0 to 1: mean of its sizes in the latest round, mean of the rounds in the month to date.',
    labels: ['path', 'window'],
  },
  excess: {
    name: 'pop_sla_latency_excess_ratio',
    help: 'Latency over the commitment, as a share of the commitment: 0.1 is 10 % over, negative is below. Absent without a commitment.',
    labels: ['path', 'window'],
  },
  latencyBand: {
    name: 'pop_sla_latency_band',
    help: 'State set of the latency band of a path, true states only: 1 for the band it is in, the others absent. Level 0 is the best band of the plan.',
    labels: ['path', 'window', 'band', 'level'],
  },
  lossBand: {
    name: 'pop_sla_loss_band',
    help: 'State set of the loss band of a path, true states only: 1 for the band it is in, the others absent. Level 0 is the best band of the plan.',
    labels: ['path', 'window', 'band', 'level'],
  },
  coverage: {
    name: 'pop_sla_coverage_ratio',
    help: 'Rounds held over rounds due of a path, 0 to 1; what planned maintenance leaves out is in neither.',
    labels: ['path', 'window'],
  },
  roundsMissing: {
    name: 'pop_sla_month_rounds_missing',
    help: 'Rounds of a path that were due in this month and are not held. What was due before the path was first configured is not among them.',
    labels: ['path'],
  },
  commitment: {
    name: 'pop_sla_latency_commitment_seconds',
    help: 'Latency that is promised for a path in this month by the plan that judges it, in seconds.',
    labels: ['path', 'plan'],
  },
  bandEdge: {
    name: 'pop_sla_latency_band_upper_ratio',
    help: 'Greatest excess over the commitment that still is in a latency band of a plan, as a share of the commitment. The last band has none.',
    labels: ['plan', 'band', 'level'],
  },
  lossCommitment: {
    name: 'pop_sla_loss_commitment_ratio',
    help: 'Loss that a plan allows a path, 0 to 1.',
    labels: ['plan'],
  },
  rttMin: {
    name: 'pop_sla_rtt_min_seconds',
    help: "Least round-trip time of a path's latest round, in seconds.",
    labels: ['path'],
  },
  rttMedian: {
    name: 'pop_sla_rtt_median_seconds',
    help: "Median round-trip time of a path's latest round over all sizes, in seconds.",
    labels: ['path'],
  },
  rttMax: {
    name: 'pop_sla_rtt_max_seconds',
    help: "Greatest round-trip time in time of a path's latest round, in seconds.",
    labels: ['path'],
  },
  packets: {
    name: 'pop_sla_packets_total',
    help: 'Echo requests by what became of them: received, late (after the loss threshold), lost, error (answered by an ICMP error), not_sent (the observer could not).',
    labels: ['path', 'outcome'],
  },
  lastRound: {
    name: 'pop_sla_last_round_timestamp_seconds',
    help: "When a path's latest round that gave figures ended, in seconds since 1970.",
    labels: ['path'],
  },
  sizeRtt: {
    name: 'pop_sla_size_rtt_mean_seconds',
    help: "Mean round-trip time of one packet size in a path's latest round, in seconds. Only with metrics.perSize.",
    labels: ['path', 'size'],
  },
  sizeLoss: {
    name: 'pop_sla_size_loss_ratio',
    help: "Packets lost over packets sent of one size in a path's latest round, 0 to 1. Only with metrics.perSize.",
    labels: ['path', 'size'],
  },
  rtt: {
    name: 'pop_sla_rtt_seconds',
    help: 'Round-trip times of all replies in time, of all paths, in seconds.',
    labels: ['size'],
  },
  rounds: {
    name: 'pop_sla_rounds_total',
    help: 'Rounds stored, by status. Only ok ones are held for a month.',
    labels: ['status'],
  },
  missedSlots: {
    name: 'pop_sla_missed_slots_total',
    help: 'Slots that were due and have no round, by reason.',
    labels: ['reason'],
  },
  portUp: {
    name: 'pop_sla_port_up',
    help: '1 while a watched port answers, 0 during an outage. Absent while nothing can be said.',
    labels: ['port'],
  },
  ports: {
    name: 'pop_sla_ports',
    help: 'Watched ports by what they are now.',
    labels: ['state'],
  },
  openOutages: {
    name: 'pop_sla_outages_open',
    help: 'Ports with an outage that lasts: at an agent by its own observation, at a hub by the quorum of the observers. Voided outages are not among them.',
    labels: [],
  },
  outages: {
    name: 'pop_sla_outages_total',
    help: 'Outages that were opened, voided ones among them.',
    labels: ['port'],
  },
  endedOutages: {
    name: 'pop_sla_outages_ended_total',
    help: 'Outages that have ended and count, those that were voided not among them. Starts at 0 for every watched port.',
    labels: ['port'],
  },
  endedOutageTime: {
    name: 'pop_sla_outages_ended_seconds_total',
    help: 'Length of the outages that have ended and count, in seconds. Starts at 0 for every watched port.',
    labels: ['port'],
  },
  voidedOutages: {
    name: 'pop_sla_outages_voided_total',
    help: 'Outages that were taken back because the observer itself was cut off.',
    labels: ['port'],
  },
  isolated: {
    name: 'pop_sla_observer_isolated',
    help: '1 while all reference targets are silent at once: the observer is cut off, and no port is observed.',
    labels: [],
  },
  watchRunning: {
    name: 'pop_sla_watch_running',
    help: '1 while the ports are watched, 0 when nobody watches them: the watch died, or the probe kind can not.',
    labels: [],
  },
  unobserved: {
    name: 'pop_sla_observer_unobserved_seconds_total',
    help: 'Time of this process in which a port was not observed, in seconds, by reason; with an empty port: none of them was.',
    labels: ['port', 'reason'],
  },
  service: {
    name: 'pop_sla_service_info',
    help: 'Always 1; the labels say whose a service is, and what it is judged by.',
    labels: ['service', 'customer', 'site', 'class', 'plan'],
  },
  serviceAvailability: {
    name: 'pop_sla_service_availability_ratio',
    help: 'Availability of a service in the whole month, 0 to 1: of its whole period, if nothing more happens in it. Unobserved time counts as available.',
    labels: ['service'],
  },
  serviceLowerBound: {
    name: 'pop_sla_service_availability_lower_bound_ratio',
    help: 'Availability of a service in the whole month with unobserved time that nothing excuses counted as down, 0 to 1. Below the commitment while the availability is not: whether it is met is not shown.',
    labels: ['service'],
  },
  serviceToDate: {
    name: 'pop_sla_service_availability_to_date_ratio',
    help: 'Availability of a service so far: of the time of its period in this month that has passed, 0 to 1. Unobserved time counts as available.',
    labels: ['service'],
  },
  serviceToDateLowerBound: {
    name: 'pop_sla_service_availability_to_date_lower_bound_ratio',
    help: 'Availability of a service so far with unobserved time that nothing excuses counted as down, 0 to 1.',
    labels: ['service'],
  },
  serviceObserved: {
    name: 'pop_sla_service_observed_ratio',
    help: 'How much of the time of this month that has passed all lines of a service were watched, 0 to 1.',
    labels: ['service'],
  },
  lineAvailability: {
    name: 'pop_sla_line_availability_ratio',
    help: "Availability of one line of a service in the whole month: of the service's whole period, if nothing more happens in it, 0 to 1.",
    labels: ['service', 'line', 'port'],
  },
  lineLowerBound: {
    name: 'pop_sla_line_availability_lower_bound_ratio',
    help: 'Availability of one line of a service in the whole month with unobserved time that nothing excuses counted as down, 0 to 1.',
    labels: ['service', 'line', 'port'],
  },
  lineObserved: {
    name: 'pop_sla_line_observed_ratio',
    help: 'How much of the time of this month that has passed a line of a service was watched, 0 to 1.',
    labels: ['service', 'line', 'port'],
  },
  serviceCommitment: {
    name: 'pop_sla_service_availability_commitment_ratio',
    help: 'Availability that is promised for a service, 0 to 1.',
    labels: ['service'],
  },
  outageUsed: {
    name: 'pop_sla_service_outage_seconds',
    help: 'Outage of a service in this month that counts, excuses taken off, in seconds.',
    labels: ['service'],
  },
  outageAllowed: {
    name: 'pop_sla_service_outage_allowed_seconds',
    help: 'Outage that a service may have in this month and still meet its commitment, in seconds.',
    labels: ['service'],
  },
  excused: {
    name: 'pop_sla_service_excused_seconds',
    help: 'Outage of a service in this month that exclusions took away, in seconds.',
    labels: ['service'],
  },
  serviceUnobserved: {
    name: 'pop_sla_service_unobserved_seconds',
    help: 'Time of this month in which nobody watched a line of the service, in seconds. It counts as available.',
    labels: ['service'],
  },
  nextStep: {
    name: 'pop_sla_service_next_step_seconds',
    help: 'Outage that still fits in this month before the next credit step is reached, in seconds. Absent where no deeper step is left.',
    labels: ['service'],
  },
  periodStart: {
    name: 'pop_sla_service_period_start_timestamp_seconds',
    help: "When a service's period of this month begins, in seconds since 1970.",
    labels: ['service'],
  },
  periodEnd: {
    name: 'pop_sla_service_period_end_timestamp_seconds',
    help: "When a service's period of this month ends, in seconds since 1970.",
    labels: ['service'],
  },
  credit: {
    name: 'pop_sla_service_credit_amount',
    help: 'Credit of a service for this month when nothing more happens, in units of the currency. Only with metrics.money.',
    labels: ['service', 'currency'],
  },
  creditProjected: {
    name: 'pop_sla_service_credit_projected_amount',
    help: "Credit of a service at the month's end when outages go on at this month's rate, in units of the currency. Only with metrics.money.",
    labels: ['service', 'currency'],
  },
  creditNext: {
    name: 'pop_sla_service_credit_next_step_amount',
    help: 'What the next availability step would give for this month before any cap, in units of the currency. Only with metrics.money.',
    labels: ['service', 'currency'],
  },
  rent: {
    name: 'pop_sla_service_rent_amount',
    help: 'Rent of a service for its period of this month, in units of the currency. Only with metrics.money.',
    labels: ['service', 'currency'],
  },
  activeExclusions: {
    name: 'pop_sla_exclusions_active',
    help: 'Approved exclusions that cover this instant, by kind.',
    labels: ['kind'],
  },
  maintenance: {
    name: 'pop_sla_maintenance_active',
    help: '1 while approved planned or emergency maintenance covers a PoP or a path; the other label is empty. Absent otherwise.',
    labels: ['pop', 'path'],
  },
  proposedExclusions: {
    name: 'pop_sla_exclusions_proposed',
    help: 'Exclusions that wait for approval.',
    labels: [],
  },
  faultReports: {
    name: 'pop_sla_fault_reports',
    help: 'Fault reports by state.',
    labels: ['state'],
  },
  faultReportsOverdue: {
    name: 'pop_sla_fault_reports_overdue',
    help: 'Fault reports that are past what was promised for them.',
    labels: [],
  },
  monthClose: {
    name: 'pop_sla_month_close_state',
    help: 'State set of the close of the latest month that is over: 1 for the state it is in; closed: its drafts wait to be sealed.',
    labels: ['state'],
  },
  monthUnsealed: {
    name: 'pop_sla_month_unsealed_seconds',
    help: 'How long ago the oldest month that is not sealed ended, in seconds; 0: all are.',
    labels: [],
  },
  lastSealed: {
    name: 'pop_sla_last_sealed_month_timestamp_seconds',
    help: 'When the last month ended that is sealed, in seconds since 1970. Absent before the first.',
    labels: [],
  },
  build: {
    name: 'pop_sla_build_info',
    help: 'Always 1; the labels say what runs.',
    labels: ['version', 'node'],
  },
  agent: {
    name: 'pop_sla_agent_info',
    help: 'Always 1; the labels are the PoP that this daemon stands in and its role: standalone, agent or hub.',
    labels: ['pop', 'role'],
  },
  pop: {
    name: 'pop_sla_pop_info',
    help: 'Always 1; the labels describe a PoP of the configuration. Latitude and longitude in degrees, empty where none are configured.',
    labels: ['pop', 'name', 'region', 'latitude', 'longitude'],
  },
  driver: {
    name: 'pop_sla_driver_info',
    help: 'Always 1; the labels are the probe kind that measures, and the best stamps that it can take here.',
    labels: ['driver', 'stamps'],
  },
  roundsInFlight: {
    name: 'pop_sla_daemon_rounds_in_flight',
    help: 'Rounds that are being measured now.',
    labels: [],
  },
  schedulerLag: {
    name: 'pop_sla_daemon_scheduler_lag_seconds',
    help: 'How late the scheduler woke up for a slot, in seconds.',
    labels: [],
  },
  sendLag: {
    name: 'pop_sla_daemon_send_lag_seconds',
    help: "How late a round's latest packet left against its schedule, in seconds, over all rounds.",
    labels: [],
  },
  selfRtt: {
    name: 'pop_sla_daemon_self_rtt_seconds',
    help: 'Round-trip time to this machine itself by the running driver, in seconds, at the latest calibration, by percentile: how much of an RTT is the observer. Absent before the first.',
    labels: ['percentile'],
  },
  clockSteps: {
    name: 'pop_sla_daemon_clock_steps_total',
    help: 'Steps of the wall clock that were noticed.',
    labels: [],
  },
  clockDeviation: {
    name: 'pop_sla_daemon_clock_deviation_seconds',
    help: 'How far the wall clock is from where the monotonic clock has it, in seconds, after steps that are younger than 15 minutes; positive: ahead. 0 when it is in step.',
    labels: [],
  },
  clockSynchronised: {
    name: 'pop_sla_daemon_clock_synchronised',
    help: '1 while a time service keeps the wall clock in step, 0 while none does. Absent where nobody can say.',
    labels: [],
  },
  clockOffset: {
    name: 'pop_sla_daemon_clock_offset_seconds',
    help: "How far the wall clock is off by its time service's own estimate, in seconds. Absent where nobody can say.",
    labels: [],
  },
  storeWritable: {
    name: 'pop_sla_daemon_store_writable',
    help: '1 while the store takes what is measured, 0 while it does not.',
    labels: [],
  },
  storeQueue: {
    name: 'pop_sla_daemon_store_queued_rounds',
    help: 'Rounds in memory that the store refused and that are tried again.',
    labels: [],
  },
  storeDelayed: {
    name: 'pop_sla_daemon_store_delayed_rounds_total',
    help: 'Rounds that the store refused at least once.',
    labels: [],
  },
  storeDropped: {
    name: 'pop_sla_daemon_store_dropped_rounds_total',
    help: 'Rounds that were given up because too many waited for the store: missing slots.',
    labels: [],
  },
  storeSize: {
    name: 'pop_sla_daemon_store_size_bytes',
    help: 'Size of the database, in bytes.',
    labels: [],
  },
  diskFree: {
    name: 'pop_sla_daemon_disk_free_bytes',
    help: "Room that is left on the database's disk, in bytes.",
    labels: [],
  },
  diskSize: {
    name: 'pop_sla_daemon_disk_size_bytes',
    help: "Size of the database's disk, in bytes.",
    labels: [],
  },
  logLost: {
    name: 'pop_sla_daemon_log_lost_lines_total',
    help: 'Lines of the log that could not be written: the disk was full or failing, or its reader stood still.',
    labels: [],
  },
  outbox: {
    name: 'pop_sla_daemon_outbox_depth',
    help: 'Messages to customers and systems that wait to be delivered, or were given up (dead).',
    labels: ['state'],
  },
  standingAt: {
    name: 'pop_sla_daemon_standing_timestamp_seconds',
    help: 'When the month to date was judged last, in seconds since 1970.',
    labels: [],
  },
  standingTook: {
    name: 'pop_sla_daemon_standing_duration_seconds',
    help: 'How long the latest judgement of the month to date took, in seconds.',
    labels: [],
  },
  meshConnected: {
    name: 'pop_sla_mesh_connected',
    help: '1 while this agent or hub reaches the mesh, 0 while it does not. Absent where it stands alone.',
    labels: [],
  },
  meshClockOffset: {
    name: 'pop_sla_mesh_clock_offset_seconds',
    help: "How far this agent's clock is off against its hub's, in seconds; positive: ahead. Absent before a hub has answered.",
    labels: [],
  },
  meshClockSuspect: {
    name: 'pop_sla_mesh_clock_suspect',
    help: "1 while this agent's clock is off by more than mesh.clockLimit: its rounds are marked. Absent before a hub has answered.",
    labels: [],
  },
  meshRevision: {
    name: 'pop_sla_mesh_config_revision',
    help: 'The revision of the mesh that is published to the agents. Absent where none is.',
    labels: [],
  },
  meshDead: {
    name: 'pop_sla_mesh_dead_letters',
    help: 'Messages of agents that no hub could take, kept with their reason. Absent where it is not a hub.',
    labels: [],
  },
  meshAgentState: {
    name: 'pop_sla_mesh_agent_state',
    help: '1 for the state that an agent is in: never-seen, silent, config-refused, clock-suspect, config-behind, backlog or in-order.',
    labels: ['agent', 'state'],
  },
  meshAgentSeen: {
    name: 'pop_sla_mesh_agent_last_seen_timestamp_seconds',
    help: 'When an agent said last how it is, in seconds since 1970. Absent for one that never did.',
    labels: ['agent'],
  },
  meshAgentRevision: {
    name: 'pop_sla_mesh_agent_config_revision',
    help: 'The revision of the mesh that an agent runs on. Absent while it runs on its own file.',
    labels: ['agent'],
  },
  meshAgentRefused: {
    name: 'pop_sla_mesh_agent_config_refused',
    help: '1 while an agent refuses a revision of the mesh.',
    labels: ['agent'],
  },
  meshAgentOffset: {
    name: 'pop_sla_mesh_agent_clock_offset_seconds',
    help: "How far an agent's clock is off against the hub's, in seconds; positive: ahead.",
    labels: ['agent'],
  },
  meshAgentSuspect: {
    name: 'pop_sla_mesh_agent_clock_suspect',
    help: "1 while an agent's clock is off by more than mesh.clockLimit.",
    labels: ['agent'],
  },
  meshAgentBacklog: {
    name: 'pop_sla_mesh_agent_backlog_rows',
    help: 'Rows of an agent that wait to reach the mesh.',
    labels: ['agent'],
  },
  meshAgentOldest: {
    name: 'pop_sla_mesh_agent_backlog_oldest_timestamp_seconds',
    help: 'The instant of the oldest row of an agent that waits, in seconds since 1970. Absent while none does.',
    labels: ['agent'],
  },
  meshSent: {
    name: 'pop_sla_mesh_sent_rows_total',
    help: 'Rows of this agent that the mesh has acknowledged; a round counts as one.',
    labels: ['family'],
  },
  meshTaken: {
    name: 'pop_sla_mesh_taken_rows_total',
    help: 'Rows of agents that came and are stored, those that came twice included; each size of a round counts as one.',
    labels: ['family'],
  },
  meshBuried: {
    name: 'pop_sla_mesh_refused_messages_total',
    help: 'Messages of agents that this hub could not take and put to the dead letters, by reason.',
    labels: ['agent', 'reason'],
  },
  configLoaded: {
    name: 'pop_sla_daemon_config_last_reload_successful',
    help: '1 when the latest reading of the configuration was taken, 0 when it was refused and the one before is kept.',
    labels: [],
  },
  configLoadedAt: {
    name: 'pop_sla_daemon_config_last_reload_success_timestamp_seconds',
    help: 'When a configuration was taken last, in seconds since 1970.',
    labels: [],
  },
} as const satisfies Record<string, MetricName>;

/** Before the names of Node's own metrics. */
export const nodePrefix = 'pop_sla_daemon_';

/** Upper bounds of `pop_sla_rtt_seconds`: a metro ring, a region, a continent, an ocean, a satellite, the loss threshold. */
export const rttBuckets = [0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2];

export const sendLagBuckets = [0.0001, 0.0005, 0.001, 0.005, 0.025, 0.1, 0.5];

export const schedulerLagBuckets = [0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 30];

/** A metric as it is declared to Prometheus. HELP says the unit and the meaning. */
export interface MetricName {
  readonly name: `pop_sla_${string}`;
  readonly help: string;
  readonly labels: readonly string[];
}

/**
 * Every metric of this program but Node's own (`node.ts`), in the order of `/metrics`. Figures of a path come from
 * its rounds of status ok and unscheduled only: what the observer spoiled is not the network's.
 */
export const metricNames = {
  rttMean: {
    name: 'pop_sla_rtt_mean_seconds',
    help: "Mean round-trip time of the replies in time of a path's latest round, in seconds. Absent while there is none.",
    labels: ['path', 'size'],
  },
  rttMin: {
    name: 'pop_sla_rtt_min_seconds',
    help: "Least round-trip time of a path's latest round, in seconds. Absent while there is none.",
    labels: ['path', 'size'],
  },
  rttMax: {
    name: 'pop_sla_rtt_max_seconds',
    help: "Greatest round-trip time of a path's latest round, in seconds. Absent while there is none.",
    labels: ['path', 'size'],
  },
  lossRatio: {
    name: 'pop_sla_loss_ratio',
    help: "Packets lost over packets sent in a path's latest round, 0 to 1. Absent where nothing was sent.",
    labels: ['path', 'size'],
  },
  rtt: {
    name: 'pop_sla_rtt_seconds',
    help: 'Round-trip times of all replies in time, of every size, in seconds.',
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
  roundsInFlight: {
    name: 'pop_sla_rounds_in_flight',
    help: 'Rounds that are being measured now.',
    labels: [],
  },
  schedulerLag: {
    name: 'pop_sla_scheduler_lag_seconds',
    help: 'How late the scheduler woke up for a slot, in seconds.',
    labels: [],
  },
  clockSteps: {
    name: 'pop_sla_clock_steps_total',
    help: 'Steps of the wall clock that were noticed.',
    labels: [],
  },
  storeWritable: {
    name: 'pop_sla_store_writable',
    help: '1 while the store takes what is measured, 0 while it does not.',
    labels: [],
  },
  storeQueue: {
    name: 'pop_sla_store_queued_rounds',
    help: 'Rounds in memory that the store refused and that are tried again.',
    labels: [],
  },
  storeDelayed: {
    name: 'pop_sla_store_delayed_rounds_total',
    help: 'Rounds that the store refused at least once.',
    labels: [],
  },
  storeDropped: {
    name: 'pop_sla_store_dropped_rounds_total',
    help: 'Rounds that were given up because too many waited for the store: missing slots.',
    labels: [],
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
    help: 'Outages that last.',
    labels: [],
  },
  outages: {
    name: 'pop_sla_outages_total',
    help: 'Outages that were opened, voided ones among them.',
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
  unobserved: {
    name: 'pop_sla_unobserved_seconds_total',
    help: 'Time of this process in which a port was not observed, in seconds, by reason; with an empty port: none of them was.',
    labels: ['port', 'reason'],
  },
  configLoaded: {
    name: 'pop_sla_config_last_reload_successful',
    help: '1 when the latest reading of the configuration was taken, 0 when it was refused and the one before is kept.',
    labels: [],
  },
  configLoadedAt: {
    name: 'pop_sla_config_last_reload_success_timestamp_seconds',
    help: 'When a configuration was taken last, in seconds since 1970.',
    labels: [],
  },
  build: {
    name: 'pop_sla_build_info',
    help: 'Always 1; the labels say what runs.',
    labels: ['version', 'node'],
  },
  driver: {
    name: 'pop_sla_driver_info',
    help: 'Always 1; the labels are the probe kind that measures, and the best stamps that it can take here.',
    labels: ['driver', 'stamps'],
  },
  selfRtt: {
    name: 'pop_sla_self_rtt_seconds',
    help: 'Round-trip time to this machine itself by the running driver, in seconds, at the latest calibration: how much of an RTT is the observer. Absent before the first.',
    labels: ['quantile'],
  },
  sendLag: {
    name: 'pop_sla_send_lag_seconds',
    help: "How late a round's latest packet left against its schedule, in seconds, over all rounds.",
    labels: [],
  },
} as const satisfies Record<string, MetricName>;

/** Before the names of Node's own metrics. */
export const nodePrefix = 'pop_sla_';

/**
 * Upper bounds of `pop_sla_rtt_seconds`: a metro ring, a region, a continent, an ocean, a satellite, and the usual
 * loss threshold. Few, since every path has each of them.
 */
export const rttBuckets = [0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2];

export const sendLagBuckets = [0.0001, 0.0005, 0.001, 0.005, 0.025, 0.1, 0.5];

export const schedulerLagBuckets = [0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 30];

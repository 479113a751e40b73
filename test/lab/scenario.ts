/** What the emulator is to do; the keys are those of `poplab/README.md`. */
export interface Scenario {
  readonly seed?: number;
  /** `first`: its clock starts with the first request. */
  readonly t0?: 'start' | 'first';
  readonly tun?: string;
  readonly local?: readonly string[];
  readonly rules: readonly ScenarioRule[];
}

/** In order; a later rule overrides the keys it sets. Chances are 0 to 1, per request. */
export interface ScenarioRule {
  readonly match?: string | readonly string[];
  readonly from_s?: number;
  readonly to_s?: number;
  readonly every_s?: number;
  readonly len_min?: number;
  readonly len_max?: number;
  readonly delay_ms?: number;
  readonly jitter?: 'uniform' | 'normal' | 'exp' | 'pareto';
  readonly jitter_ms?: number;
  readonly loss?: number;
  readonly burst_p?: number;
  readonly burst_r?: number;
  readonly reorder?: number;
  readonly reorder_ms?: number;
  readonly dup?: number;
  readonly dup_n?: number;
  readonly dup_ms?: number;
  readonly late?: number;
  readonly late_ms?: number;
  readonly corrupt?: number;
  readonly corrupt_ck?: number;
  readonly truncate?: number;
  readonly error?: number;
  readonly error_type?: number;
  readonly error_code?: number;
  readonly error_from?: string;
  readonly error_also_reply?: 0 | 1;
  readonly spoof?: number;
  readonly spoof_from?: string;
  readonly spoof_ms?: number;
  readonly ttl?: number;
}

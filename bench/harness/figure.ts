/** How long a run may take: `quick` answers within seconds, `full` runs long enough to trust. */
export interface RunSize {
  readonly quick: boolean;
  /** A checkout whose build takes Apache Kafka's place: a change of the broker beside what it was before. */
  readonly beside?: string;
}

/** One side of a comparison, ready to be measured as often as asked. */
export interface Contender {
  readonly name: string;
  /** One measured run; answers the figure in the unit of its {@link Figure}. */
  measure(): Promise<number>;
  close?(): Promise<void>;
}

/**
 * One figure of the bench: ours beside a rival in the same run, and the ratio that it has to reach.
 *
 * The ratio is always ours / rival, run by run; `bound` says which side of it is good: throughput wants `atLeast`,
 * latency and memory want `atMost`.
 */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly bound: { readonly atLeast: number } | { readonly atMost: number };
  prepare(size: RunSize): Promise<{ readonly ours: Contender; readonly rival: Contender }>;
}

export interface FigureResult {
  readonly name: string;
  readonly unit: string;
  readonly oursName: string;
  readonly rivalName: string;
  readonly ours: readonly number[];
  readonly rival: readonly number[];
  readonly ratios: readonly number[];
  readonly bound: Figure['bound'];
}

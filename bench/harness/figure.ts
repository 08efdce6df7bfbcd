/** How long a run may take: `quick` answers within seconds, `full` runs long enough to trust. */
export interface RunSize {
  readonly quick: boolean;
  /** A checkout whose build takes Apache Kafka's place: a change of the broker beside what it was before. */
  readonly beside?: string;
}

/** One side of a comparison, ready to be measured as often as asked. */
export interface Contender<T = number> {
  readonly name: string;
  /** One measured run; answers the figure in the unit of its {@link Figure}. */
  measure(): Promise<T>;
  close?(): Promise<void>;
}

export interface Contenders<T = number> {
  readonly ours: Contender<T>;
  readonly rival: Contender<T>;
}

/**
 * What a figure has to reach. `atLeast` and `atMost` are about the ratio, which is always ours / rival, run by run:
 * throughput wants `atLeast`, latency and memory want `atMost`. `oursAtLeast` and `oursAtMost` are about our value
 * alone.
 */
export type Bound =
  | { readonly atLeast: number }
  | { readonly atMost: number }
  | { readonly oursAtLeast: number }
  | { readonly oursAtMost: number };

/** What a figure is called, counted in, and has to reach. */
export interface FigureHead {
  readonly name: string;
  readonly unit: string;
  readonly bound: Bound;
}

/** One figure of the bench: ours beside a rival in the same run. */
export interface Figure extends FigureHead {
  prepare(size: RunSize): Promise<Contenders>;
}

export interface FigureResult extends FigureHead {
  readonly oursName: string;
  readonly rivalName: string;
  readonly ours: readonly number[];
  readonly rival: readonly number[];
  readonly ratios: readonly number[];
}

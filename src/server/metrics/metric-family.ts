export type MetricType = 'counter' | 'gauge' | 'histogram';

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
  /** Behind the family's name: `_bucket`, `_sum` or `_count` of a histogram. */
  readonly suffix?: string;
}

/** One metric of the page with all its series. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: MetricType;
  /** It has a series per partition or task, of which there may be very many. */
  readonly isPerPartition?: boolean;
  /** Walked a slice at a time: what lies below may change meanwhile. */
  samples(): Iterable<Sample>;
}

export interface Described {
  readonly name: string;
  readonly help: string;
}

const NO_LABELS: Labels = {};

/** A metric with one series, which is computed when the page is read. */
export function single(type: MetricType, { name, help }: Described, read: () => number): MetricFamily {
  return { name, help, type, samples: () => [{ labels: NO_LABELS, value: read() }] };
}

/** A metric with a series per item, for those items that have a value. */
export function perItem<T>(
  type: MetricType,
  described: Described & { readonly isPerPartition?: boolean },
  items: () => Iterable<T>,
  labelsOf: (item: T) => Labels,
  valueOf: (item: T) => number | undefined,
): MetricFamily {
  return {
    ...described,
    type,
    *samples() {
      for (const item of items()) {
        const value = valueOf(item);
        if (value !== undefined) yield { labels: labelsOf(item), value };
      }
    },
  };
}

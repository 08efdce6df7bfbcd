/** What the values of a setting must be beyond their type; the text says it in errors and in the reference. */
export interface ConfigRange<V = unknown> {
  /** Completes "expected": `at least 1`, `one of none, gzip`. */
  readonly allowed: string;
  /** The only values, where they can be listed. */
  readonly names?: readonly (string | number)[];
  /** The bounds of a number, where these are all that is asked. */
  readonly min?: number;
  readonly max?: number;
  /** Other spellings of values, such as the class names of the Java client. */
  readonly aliases?: Readonly<Record<string, string | number>>;
  contains(value: V): boolean;
}

export function atLeast(min: number): ConfigRange<number> {
  return { allowed: `at least ${min}`, min, contains: (value) => value >= min };
}

export function between(min: number, max: number): ConfigRange<number> {
  return { allowed: `${min} to ${max}`, min, max, contains: (value) => value >= min && value <= max };
}

export function oneOf(...names: readonly (string | number)[]): ConfigRange {
  return {
    allowed: `one of ${names.join(', ')}`,
    names,
    contains: (value) => names.some((name) => name === value),
  };
}

/** Lists of nothing else than these names. */
export function eachOf(...names: readonly string[]): ConfigRange<readonly unknown[]> {
  return {
    allowed: `a list of ${names.join(', ')}`,
    names,
    // What is no string is the thing itself that others name, such as an assignor.
    contains: (items) => items.every((item) => typeof item !== 'string' || names.includes(item)),
  };
}

/** A range of which `allowed` says what it has. */
export function rangeOf<V>(allowed: string, contains: (value: V) => boolean): ConfigRange<V> {
  return { allowed, contains };
}

export function withAliases<V>(
  range: ConfigRange<V>,
  aliases: Readonly<Record<string, string | number>>,
): ConfigRange<V> {
  return { ...range, aliases };
}

/** How a configuration value is written and read; the names are those of Kafka's ConfigDef. */
export type PropertyType = 'boolean' | 'string' | 'int' | 'short' | 'long' | 'double' | 'list';

/** What a property of each type is in code. */
export interface PropertyValues {
  readonly boolean: boolean;
  readonly string: string;
  readonly int: number;
  readonly short: number;
  readonly long: number;
  readonly double: number;
  readonly list: readonly string[];
}

/** One configuration property, declared once: parser, checker, documentation and DescribeConfigs derive from it. */
export interface Property<T extends PropertyType = PropertyType> {
  readonly type: T;
  /** As it would be written in a file; null where there is none. */
  readonly default: string | null;
  readonly doc: string;
  /** Answers what is wrong with a parsed value, or undefined. */
  check?(value: PropertyValues[T]): string | undefined;
  /** Never shown to clients. */
  readonly sensitive?: true;
}

type Check<T extends PropertyType> = NonNullable<Property<T>['check']>;

function property<T extends PropertyType>(
  type: T,
  defaultText: string | null,
  doc: string,
  check: Check<T> | undefined,
): Property<T> {
  return check === undefined
    ? { type, default: defaultText, doc }
    : { type, default: defaultText, doc, check };
}

export const boolean = (defaultValue: boolean, doc: string): Property<'boolean'> =>
  property('boolean', String(defaultValue), doc, undefined);

export const string = (
  defaultText: string | null,
  doc: string,
  check?: Check<'string'>,
): Property<'string'> => property('string', defaultText, doc, check);

export const int = (defaultValue: number | null, doc: string, check?: Check<'int'>): Property<'int'> =>
  property('int', textOf(defaultValue), doc, check);

export const short = (defaultValue: number | null, doc: string, check?: Check<'short'>): Property<'short'> =>
  property('short', textOf(defaultValue), doc, check);

export const long = (defaultText: string | null, doc: string, check?: Check<'long'>): Property<'long'> =>
  property('long', defaultText, doc, check);

export const double = (defaultValue: number, doc: string, check?: Check<'double'>): Property<'double'> =>
  property('double', String(defaultValue), doc, check);

export const list = (defaultText: string, doc: string, check?: Check<'list'>): Property<'list'> =>
  property('list', defaultText, doc, check);

export function atLeast(min: number): (value: number) => string | undefined {
  return (value) => (value < min ? `must be at least ${min}` : undefined);
}

export function between(min: number, max: number): (value: number) => string | undefined {
  return (value) => (value < min || value > max ? `must be between ${min} and ${max}` : undefined);
}

export function oneOf(...allowed: readonly string[]): (value: string) => string | undefined {
  return (value) => (allowed.includes(value) ? undefined : `must be one of ${allowed.join(', ')}`);
}

export function eachOf(...allowed: readonly string[]): (value: readonly string[]) => string | undefined {
  return (values) => {
    const wrong = values.find((value) => !allowed.includes(value));
    return wrong === undefined ? undefined : `${wrong} is not one of ${allowed.join(', ')}`;
  };
}

function textOf(value: number | null): string | null {
  return value === null ? null : String(value);
}

const INTEGER_RANGES = {
  short: [-32_768, 32_767],
  int: [-2_147_483_648, 2_147_483_647],
  // Java's Long.MAX_VALUE stands for "never"; a double holds it well enough for that.
  long: [-(2 ** 63), 2 ** 63],
} as const;

/** The value that `text` stands for, or what is wrong with it. */
export function parseProperty<T extends PropertyType>(
  definition: Property<T>,
  text: string,
): { readonly value: PropertyValues[T] } | { readonly problem: string } {
  const parsed = parseText(definition.type, text.trim());
  if (typeof parsed === 'object' && 'problem' in parsed) return parsed;
  const value = parsed.value as PropertyValues[T];
  const problem = definition.check?.(value);
  return problem === undefined ? { value } : { problem };
}

type Parsed =
  | { readonly value: string | number | boolean | readonly string[] }
  | { readonly problem: string };

function parseText(type: PropertyType, text: string): Parsed {
  switch (type) {
    case 'boolean':
      return parseBoolean(text);
    case 'string':
      return { value: text };
    case 'list':
      return { value: text === '' ? [] : text.split(',').map((item) => item.trim()) };
    case 'double':
      return text !== '' && Number.isFinite(Number(text))
        ? { value: Number(text) }
        : { problem: 'must be a number' };
    default:
      return parseInteger(text, INTEGER_RANGES[type]);
  }
}

function parseBoolean(text: string): Parsed {
  const lower = text.toLowerCase();
  if (lower === 'true') return { value: true };
  if (lower === 'false') return { value: false };
  return { problem: 'must be true or false' };
}

function parseInteger(text: string, [min, max]: readonly [number, number]): Parsed {
  if (!/^[+-]?\d+$/.test(text)) return { problem: 'must be an integer' };
  const value = Number(text);
  return value < min || value > max ? { problem: `must be between ${min} and ${max}` } : { value };
}

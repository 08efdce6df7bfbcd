/**
 * A config key as data: its name in Kafka's property style, the option that carries it in TypeScript, its type, default
 * and documentation. Parsing, validation, defaults and the config reference are derived from it.
 */
import { INT32_MAX, isObject } from '../../base/argument-checks.ts';
import { ArgumentError } from '../../base/errors.ts';
import { nearestName } from '../../base/nearest-name.ts';
import { showValue } from '../../base/show-value.ts';

export type ConfigValue = string | number | boolean | null | readonly string[];

/** Kafka's types; an `int` has 32 bits, a `long` is a safe integer here. */
export type ConfigType = 'string' | 'int' | 'long' | 'boolean' | 'list';

/** Strings of the protocol carry their length in 16 bits. */
const STRING_LENGTH_MAX = 32_767;

export interface ConfigDefinition {
  /** Kafka's name, such as `linger.ms`. */
  readonly name: string;
  readonly type: ConfigType;
  /** Undefined: the key must be given, or absent means that the feature is off. */
  readonly defaultValue?: ConfigValue;
  readonly min?: number;
  readonly max?: number;
  /** The only values allowed. */
  readonly values?: readonly (string | number)[];
  /** Other spellings of values, such as the class names of the Java client. */
  readonly aliases?: Readonly<Record<string, string | number>>;
  readonly doc: string;
}

/** Definitions by option name. */
export type ConfigDefinitions = Readonly<Record<string, ConfigDefinition>>;

/** Reads one value as it stands in a properties file. */
export function parseConfigValue(definition: ConfigDefinition, text: string): ConfigValue {
  const trimmed = text.trim();
  switch (definition.type) {
    case 'string':
      return aliased(definition, trimmed);
    case 'list':
      return trimmed === '' ? [] : trimmed.split(',').map((item) => String(aliased(definition, item.trim())));
    case 'boolean':
      if (/^true$/i.test(trimmed)) return true;
      if (/^false$/i.test(trimmed)) return false;
      throw invalid(definition, text, 'expected true or false');
    case 'int':
    case 'long': {
      const number = Number(trimmed);
      if (trimmed === '' || !Number.isSafeInteger(number))
        throw invalid(definition, text, 'expected an integer');
      return number;
    }
  }
}

/**
 * Throws an {@link ArgumentError} unless the value has the right type and lies within its limits.
 * @param name what the caller calls it, where that is not the key.
 */
export function checkConfigValue(
  definition: ConfigDefinition,
  value: unknown,
  name: string = definition.name,
): void {
  if (value === null && definition.defaultValue === null) return;
  const why = whyInvalid(definition, value);
  if (why !== undefined) throw invalid(definition, value, why, name);
}

function whyInvalid({ type, min, max, values }: ConfigDefinition, value: unknown): string | undefined {
  if (values !== undefined && type !== 'list') {
    if (values.includes(value as string)) return undefined;
    const nearest =
      typeof value === 'string' && value.length > 2 ? nearestName(value, values.map(String)) : undefined;
    const hint = nearest === undefined ? '' : `, perhaps ${nearest}`;
    return `expected one of ${values.join(', ')}${hint}`;
  }
  switch (type) {
    case 'int':
    case 'long':
      if (typeof value !== 'number' || !Number.isSafeInteger(value)) return 'expected an integer';
      return whyOutside(value, {
        min: min ?? -INT32_MAX,
        max: max ?? (type === 'int' ? INT32_MAX : Number.MAX_SAFE_INTEGER),
      });
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'expected true or false';
    case 'string':
      return isConfigString(value)
        ? undefined
        : `expected a string of at most ${STRING_LENGTH_MAX} characters`;
    case 'list':
      // An item may also be the thing itself that others name, such as an assignor.
      return isConfigString(value) ||
        (Array.isArray(value) &&
          Array.from<unknown>(value).every((item) => isConfigString(item) || isObject(item)))
        ? undefined
        : 'expected a list of strings';
  }
}

function whyOutside(
  value: number,
  { min, max }: { readonly min: number; readonly max: number },
): string | undefined {
  if (value < min) return `expected at least ${min}`;
  return value > max ? `expected at most ${max}` : undefined;
}

const isConfigString = (value: unknown): boolean =>
  typeof value === 'string' && value.length <= STRING_LENGTH_MAX;

function aliased(definition: ConfigDefinition, text: string): string | number {
  const { aliases } = definition;
  return aliases !== undefined && Object.hasOwn(aliases, text) ? (aliases[text] ?? text) : text;
}

function invalid(
  definition: ConfigDefinition,
  value: unknown,
  why: string,
  name: string = definition.name,
): ArgumentError {
  return new ArgumentError(name, {
    message: `invalid value ${showValue(value)} for ${name}: ${why}`,
    detail: definition.doc,
  });
}

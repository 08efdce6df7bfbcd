/**
 * A config key as data: its name in Kafka's property style, the option that carries it in TypeScript, its type, default
 * and documentation. Parsing, validation, defaults and the config reference are derived from it.
 */
import { DiagnosticError } from '../../base/errors.ts';

export type ConfigValue = string | number | boolean | null | readonly string[];

export type ConfigType = 'string' | 'int' | 'boolean' | 'list';

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
    case 'int': {
      const number = Number(trimmed);
      if (trimmed === '' || !Number.isSafeInteger(number))
        throw invalid(definition, text, 'expected an integer');
      return number;
    }
  }
}

/** Throws a {@link DiagnosticError} unless the value has the right type and lies within its limits. */
export function checkConfigValue(definition: ConfigDefinition, value: unknown): void {
  const { type, min, max, values } = definition;
  if (value === null && definition.defaultValue === null) return;
  if (values !== undefined && type !== 'list') {
    if (!values.includes(value as string))
      throw invalid(definition, value, `expected one of ${values.join(', ')}`);
    return;
  }
  switch (type) {
    case 'int':
      if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
        throw invalid(definition, value, 'expected an integer');
      }
      if (min !== undefined && value < min) throw invalid(definition, value, `expected at least ${min}`);
      if (max !== undefined && value > max) throw invalid(definition, value, `expected at most ${max}`);
      return;
    case 'boolean':
      if (typeof value !== 'boolean') throw invalid(definition, value, 'expected true or false');
      return;
    case 'string':
      if (typeof value !== 'string') throw invalid(definition, value, 'expected a string');
      return;
    case 'list':
      if (typeof value !== 'string' && !Array.isArray(value))
        throw invalid(definition, value, 'expected a list');
  }
}

function aliased(definition: ConfigDefinition, text: string): string | number {
  return definition.aliases?.[text] ?? text;
}

function invalid(definition: ConfigDefinition, value: unknown, why: string): DiagnosticError {
  return new DiagnosticError({
    message: `invalid value ${JSON.stringify(value)} for ${definition.name}: ${why}`,
    detail: definition.doc,
  });
}

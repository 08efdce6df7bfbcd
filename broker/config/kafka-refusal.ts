import { refusalText } from '../../src/base/config/config-errors.ts';
import type { ConfigKey, ConfigType } from '../../src/base/config/config-key.ts';
import { allowedValues, readConfig } from '../../src/base/config/config-value.ts';

const TYPES_OF_JAVA: Readonly<Partial<Record<ConfigType, string>>> = {
  short: 'SHORT',
  int: 'INT',
  long: 'LONG',
  double: 'DOUBLE',
};

/** Why a value is refused, in the words of Kafka's `ConfigException`, which tools and their users know. */
export function kafkaRefusal(name: string, text: string, key: ConfigKey): string {
  const because = (reason: string): string => `Invalid value ${text} for configuration ${name}: ${reason}`;
  const { type, range } = key;
  const { range: _range, ...unbounded } = key;
  const result = readConfig(unbounded, text);
  const javaType = TYPES_OF_JAVA[type];
  if ('expected' in result) {
    if (type === 'boolean') return because('Expected value to be either true or false');
    if (javaType !== undefined) return because(`Not a number of type ${javaType}`);
  } else if (javaType !== undefined) {
    const value = Number(result.value);
    if (range?.min !== undefined && value < range.min) return because(`Value must be at least ${range.min}`);
    if (range?.max !== undefined && value > range.max) {
      return because(`Value must be no more than ${range.max}`);
    }
  } else if (range?.names !== undefined) {
    return because(`String must be one of: ${range.names.join(', ')}`);
  }
  return refusalText(name, text, allowedValues(key));
}

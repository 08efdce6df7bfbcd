import type { ConfigKey } from './config-key.ts';
import { readConfig } from './config-value.ts';

/**
 * The text of a setting's value as Kafka tells it, whatever way it was written: Java's `ConfigDef.parseType` and
 * `convertToString`. So `+7` is `7`, `TRUE` is `true`, `5E-1` is `0.5`, and a list has no blanks, and of items that can only be
 * one of a few names, none twice. What is no value of the setting stays as it is.
 */
export function configText(key: ConfigKey, text: string): string {
  const result = readConfig(key, text);
  if ('expected' in result) return text;
  switch (key.type) {
    case 'boolean':
      return String(result.value);
    case 'double':
      return doubleText(Number(result.value));
    case 'list': {
      const items = text.split(',').map((item) => item.trim());
      return (key.range?.names === undefined ? items : [...new Set(items)]).join(',');
    }
    case 'string':
      return text.trim();
    default:
      // By its digits: a long may be beyond what numbers hold.
      return String(BigInt(text.trim()));
  }
}

/** As Java's `Double.toString`: plain from 10^-3 to 10^7, else with an exponent. */
function doubleText(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude === 0 || (magnitude >= 1e-3 && magnitude < 1e7)) {
    return Number.isInteger(value) ? `${value}.0` : String(value);
  }
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`;
}

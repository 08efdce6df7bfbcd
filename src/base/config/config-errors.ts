/** The one form of errors about settings: name, value, what is allowed, the nearest name. */
import { ArgumentError, type Diagnostic } from '../errors.ts';
import { nearestName } from '../nearest-name.ts';
import { showValue } from '../show-value.ts';
import type { ConfigKey } from './config-key.ts';
import { allowedValues } from './config-value.ts';

/** `set by the environment`; nothing where a value comes from code. */
interface Place {
  readonly place?: string | undefined;
}

export function invalidConfig(
  name: string,
  value: unknown,
  { key, place }: Place & { readonly key: ConfigKey },
): ArgumentError {
  return new ArgumentError(name, {
    message: `invalid value ${showValue(value)} for ${name}: expected ${allowedValues(key)}`,
    detail: place === undefined ? key.doc : `${key.doc} (set by ${place})`,
    ...didYouMean(nearestValue(key, value)),
  });
}

export function unknownConfig(name: string, known: Iterable<string>, { place }: Place = {}): ArgumentError {
  return new ArgumentError(name, {
    message: `unknown property ${name}${place === undefined ? '' : ` in ${place}`}`,
    ...didYouMean(nearestName(name, known)),
  });
}

/** Kafka's and ksqlDB's own words for a value that is refused, for their protocols. */
export function refusalText(name: string, value: string, expected: string): string {
  return `Invalid value ${value} for configuration ${name}: expected ${expected}`;
}

/** The allowed value that is most like a wrong one, should it be a slip of the pen. */
function nearestValue({ range }: ConfigKey, value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length < 3) return undefined;
  return nearestName(value, (range?.names ?? []).map(String));
}

function didYouMean(suggestion: string | undefined): Pick<Diagnostic, 'suggestion'> {
  return suggestion === undefined ? {} : { suggestion };
}

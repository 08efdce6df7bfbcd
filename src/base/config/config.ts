import { DiagnosticError } from '../errors.ts';
import { invalidConfig, unknownConfig } from './config-errors.ts';
import type { ConfigKey, ConfigKeys, ConfigValues } from './config-key.ts';
import { type ConfigPlace, placeText } from './config-source.ts';
import { readConfig } from './config-value.ts';

type NameOf<K extends ConfigKeys> = keyof K & string;
type ValueOf<K extends ConfigKeys, N extends NameOf<K>> = ConfigValues[K[N]['type']];

/** A value as it was given, and where. */
export type GivenValue = Omit<ConfigPlace, 'name' | 'value'> & { readonly value: string };

/**
 * The values that a process has for its settings, each with the place that it comes from. Checked whole when it is made,
 * so that reading it can not fail.
 */
export class Config<K extends ConfigKeys> {
  readonly #places: ReadonlyMap<string, ConfigPlace>;
  readonly #values: ReadonlyMap<string, unknown>;

  /** @throws {ArgumentError} for an unknown name (with the nearest known one) or a value that is not allowed. */
  constructor(keys: K, given: ReadonlyMap<string, GivenValue>) {
    for (const name of given.keys())
      if (!Object.hasOwn(keys, name)) throw unknownConfig(name, Object.keys(keys));
    const places = new Map<string, ConfigPlace>();
    const values = new Map<string, unknown>();
    for (const [name, key] of Object.entries(keys)) {
      const place = { name, ...(given.get(name) ?? { value: key.default, source: 'default' as const }) };
      places.set(name, place);
      if (place.value !== null) values.set(name, valueOf(key, place, place.value));
    }
    this.#places = places;
    this.#values = values;
  }

  /** The value of a setting that has a default. */
  get<N extends NameOf<K>>(name: N): ValueOf<K, N> {
    const value = this.#values.get(name);
    if (value === undefined) throw new DiagnosticError({ message: `property ${name} must be set` });
    return value as ValueOf<K, N>;
  }

  /** The value of a setting that may be left unset. */
  find<N extends NameOf<K>>(name: N): ValueOf<K, N> | undefined {
    return this.#values.get(name) as ValueOf<K, N> | undefined;
  }

  /** The value as it was written, and where. */
  placeOf(name: NameOf<K>): ConfigPlace {
    return this.#places.get(name) ?? { name, value: null, source: 'default' };
  }
}

function valueOf(key: ConfigKey, place: ConfigPlace, text: string): unknown {
  const result = readConfig(key, text);
  if ('value' in result) return result.value;
  throw invalidConfig(place.name, text, { key, place: placeText(place) });
}

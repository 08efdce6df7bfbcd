import { DiagnosticError } from '../../src/base/errors.ts';
import { nearestName } from '../../src/base/nearest-name.ts';
import type { BrokerOptions, ConfigOrigin } from '../broker-options.ts';
import { type BrokerPropertyName, brokerProperties } from './broker-properties.ts';
import { parseProperty, type PropertyValues } from '../../src/base/config-property.ts';

type ValueOfProperty<N extends BrokerPropertyName> = PropertyValues[(typeof brokerProperties)[N]['type']];

/** A configured value as text, and who set it. */
export interface ConfiguredValue {
  readonly text: string | null;
  readonly origin: ConfigOrigin;
}

/**
 * The static configuration of one broker: every known property with its value and where that came from. Checked whole
 * when it is made, so that reading it can not fail.
 */
export class BrokerConfig {
  readonly #texts: ReadonlyMap<BrokerPropertyName, ConfiguredValue>;
  readonly #values: ReadonlyMap<BrokerPropertyName, unknown>;

  /** @throws {DiagnosticError} for an unknown property (with the nearest known name) or a value that is no good. */
  constructor(options: Pick<BrokerOptions, 'config' | 'sources'>) {
    const texts = new Map<BrokerPropertyName, ConfiguredValue>();
    const values = new Map<BrokerPropertyName, unknown>();
    for (const name of Object.keys(options.config)) assertKnown(name);
    for (const name of propertyNames) {
      const given = options.config[name];
      const text = given === undefined ? brokerProperties[name].default : String(given);
      const origin = given === undefined ? 'default' : (options.sources?.[name] ?? 'flag');
      texts.set(name, { text, origin });
      if (text !== null) values.set(name, parsed(name, text, origin));
    }
    this.#texts = texts;
    this.#values = values;
  }

  /** The value of a property that has a default. */
  get<N extends BrokerPropertyName>(name: N): ValueOfProperty<N> {
    const value = this.#values.get(name);
    if (value === undefined) throw new DiagnosticError({ message: `property ${name} must be set` });
    return value as ValueOfProperty<N>;
  }

  /** The value of a property that may be left unset. */
  find<N extends BrokerPropertyName>(name: N): ValueOfProperty<N> | undefined {
    return this.#values.get(name) as ValueOfProperty<N> | undefined;
  }

  /** The value as it was written, with its origin. */
  textOf(name: BrokerPropertyName): ConfiguredValue {
    return this.#texts.get(name) ?? { text: null, origin: 'default' };
  }
}

const propertyNames = Object.keys(brokerProperties) as BrokerPropertyName[];

export function isBrokerProperty(name: string): name is BrokerPropertyName {
  return Object.hasOwn(brokerProperties, name);
}

function assertKnown(name: string): void {
  if (isBrokerProperty(name)) return;
  const suggestion = nearestName(name, propertyNames);
  throw new DiagnosticError({
    message: `unknown broker property ${name}`,
    ...(suggestion === undefined ? {} : { suggestion, hint: `did you mean ${suggestion}?` }),
  });
}

function parsed(name: BrokerPropertyName, text: string, origin: ConfigOrigin): unknown {
  const result = parseProperty(brokerProperties[name], text);
  if ('value' in result) return result.value;
  throw new DiagnosticError({
    message: `invalid value ${JSON.stringify(text)} for broker property ${name}`,
    detail: `it ${result.problem} (set by ${origin})`,
    hint: brokerProperties[name].doc,
  });
}

import { Config, type GivenValue } from '../../src/base/config/config.ts';
import type { BrokerOptions } from '../broker-options.ts';
import { brokerProperties } from './broker-properties.ts';

/** The static configuration of one broker: every property that it knows, with its value and where that came from. */
export class BrokerConfig extends Config<typeof brokerProperties> {
  /** @throws {ArgumentError} for an unknown property (with the nearest known name) or a value that is no good. */
  constructor({ config, sources = {} }: Pick<BrokerOptions, 'config' | 'sources'>) {
    super(
      brokerProperties,
      new Map(
        Object.entries(config).map(([name, value]): [string, GivenValue] => [
          name,
          { value: String(value), source: sources[name] ?? 'flag' },
        ]),
      ),
    );
  }
}

import type { Materialized } from '../options.ts';
import type { StoreDefinition } from './store-definition.ts';

type StoreBasics = Pick<
  StoreDefinition,
  'name' | 'storeType' | 'cachingEnabled' | 'loggingEnabled' | 'logConfig'
>;

/** The settings that all kinds of stores take from {@link Materialized}. */
export function storeBasics(name: string, options: Materialized<unknown, unknown>): StoreBasics {
  return {
    name,
    storeType: options.storeType ?? 'rocksdb',
    cachingEnabled: options.cachingEnabled ?? true,
    loggingEnabled: options.loggingEnabled ?? true,
    logConfig: options.logConfig ?? {},
  };
}

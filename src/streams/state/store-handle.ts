import type { StoreDefinition } from './store-definition.ts';

/** A store as the operators of one task hold it; each kind adds its reads and writes. */
export interface StoreHandle {
  readonly name: string;
  readonly definition: StoreDefinition;
}

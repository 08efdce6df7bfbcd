import type { StoreDefinition } from '../../state/store-definition.ts';
import { frozen, type PlainBase } from './node.ts';
import { nodeKind, oneNode } from './node-kind.ts';

/** A store for processors, which connect to it by its name. */
export interface StateStore extends PlainBase<'state-store'> {
  readonly inputs: readonly [];
  readonly definition: StoreDefinition;
}

export function stateStore(definition: StoreDefinition): StateStore {
  return frozen<StateStore>({
    kind: 'state-store',
    shape: 'plain',
    inputs: [],
    name: definition.name,
    definition,
  });
}

export const stateStoreKind = nodeKind<StateStore>({
  names: ({ definition }, take) => oneNode(take.claimStore(definition.name)),
  lower: ({ definition }, into) => into.store(definition),
});

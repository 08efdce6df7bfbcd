import { unreachable } from '../../base/assert.ts';
import { ManagedBufferState } from './buffer-state.ts';
import { ManagedJoinState } from './join-state.ts';
import { ManagedKeyValueState } from './key-value-state.ts';
import type { ManagedStore, StoreEnvironment } from './managed-store.ts';
import { ManagedOuterJoinState } from './outer-join-state.ts';
import { ManagedSessionState } from './session-state.ts';
import type { StoreDefinition } from './store-definition.ts';
import { ManagedSubscriptionState } from './subscription-state.ts';
import { ManagedVersionedState } from './versioned-state.ts';
import { ManagedWindowState } from './window-state.ts';

/** Makes a task's instance of a store. */
export function createStore(definition: StoreDefinition, environment: StoreEnvironment): ManagedStore {
  switch (definition.kind) {
    case 'key-value':
      return new ManagedKeyValueState(definition, environment);
    case 'versioned':
      return new ManagedVersionedState(definition, environment);
    case 'window':
      return new ManagedWindowState(definition, environment);
    case 'session':
      return new ManagedSessionState(definition, environment);
    case 'join':
      return new ManagedJoinState(definition, environment);
    case 'outer-join':
      return new ManagedOuterJoinState(definition, environment);
    case 'buffer':
      return new ManagedBufferState(definition, environment);
    case 'subscription':
      return new ManagedSubscriptionState(definition, environment);
    default:
      return unreachable(definition);
  }
}

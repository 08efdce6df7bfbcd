import { unreachable } from '../../base/assert.ts';
import { WaitingState } from './buffer-state.ts';
import { StreamJoinState } from './join-state.ts';
import { KeyValueState } from './key-value-state.ts';
import type { ManagedStore, StoreEnvironment } from './managed-store.ts';
import { UnmatchedState } from './outer-join-state.ts';
import { SessionWindowState } from './session-state.ts';
import type { StoreDefinition } from './store-definition.ts';
import { ForeignKeySubscriptions } from './subscription-state.ts';
import { VersionedState } from './versioned-state.ts';
import { TimeWindowState } from './window-state.ts';

/** Makes a task's instance of a store. */
export function createStore(definition: StoreDefinition, environment: StoreEnvironment): ManagedStore {
  switch (definition.kind) {
    case 'key-value':
      return new KeyValueState(definition, environment);
    case 'versioned':
      return new VersionedState(definition, environment);
    case 'window':
      return new TimeWindowState(definition, environment);
    case 'session':
      return new SessionWindowState(definition, environment);
    case 'join':
      return new StreamJoinState(definition, environment);
    case 'outer-join':
      return new UnmatchedState(definition, environment);
    case 'buffer':
      return new WaitingState(definition, environment);
    case 'subscription':
      return new ForeignKeySubscriptions(definition, environment);
    default:
      return unreachable(definition);
  }
}

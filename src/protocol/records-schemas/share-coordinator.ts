import { shareSnapshotKey, shareSnapshotValue } from './share-coordinator/00-share-snapshot.ts';
import { shareUpdateKey, shareUpdateValue } from './share-coordinator/01-share-update.ts';
import type { KeyedMessage } from '../message.ts';

/** The records of `__share_group_state`, by their type, which is the version that a key begins with. */
export const shareCoordinatorRecords = {
  0: { key: shareSnapshotKey, value: shareSnapshotValue },
  1: { key: shareUpdateKey, value: shareUpdateValue },
} as const satisfies Readonly<Record<number, { readonly key: KeyedMessage; readonly value: KeyedMessage }>>;

import type { Logger } from '../../base/logger.ts';
import type { TopicPartition } from '../../client/types.ts';
import type { ManagedStore } from '../state/managed-store.ts';
import type { SourceChangelog } from './source-changelog.ts';
import type { StateDirectory } from './state-directory.ts';
import type { RestoredTask } from './restored-records.ts';
import type { CommittedOffsets } from './task-offsets.ts';

/** Whether the records of its changelog expire, with what is in the store. */
const losesBeginning = ({ definition: { kind } }: ManagedStore): boolean =>
  kind === 'window' || kind === 'session' || kind === 'join';

/** A store of a task, as its local state may have it. */
export interface StoredState {
  readonly task: Pick<RestoredTask, 'id'>;
  readonly store: ManagedStore;
  /** What is read in place of a changelog. */
  readonly source: SourceChangelog | undefined;
  /** What the group has committed, beside what the local state contains. */
  readonly committed: CommittedOffsets;
}

/** A changelog as it is now. */
interface ChangelogBounds extends TopicPartition {
  readonly beginning: number;
  /** Up to where it is restored. */
  readonly end: number;
}

/**
 * Decides from where stores on disk are restored, and whether what is there is kept. A changelog that ends before the noted
 * position was deleted, or its broker has lost the end of it. As in Kafka Streams the local state stays then: the input is
 * read from the committed offsets on, and what is emptied would never come back. It is emptied where the group has lost its
 * offsets too, as where the whole cluster was made anew.
 */
export class RestoreStart {
  readonly #state: StateDirectory;
  readonly #logger: Logger;

  constructor({ state, logger }: { readonly state: StateDirectory; readonly logger: Logger }) {
    this.#state = state;
    this.#logger = logger;
  }

  /** The offset from which a store is restored, which is empty now where nothing of it could be kept. */
  async beginAt(stored: StoredState, { beginning, end, ...at }: ChangelogBounds): Promise<number> {
    const { source, committed } = stored;
    const which = { taskId: stored.task.id, store: stored.store.name };
    const position = this.#state.positionOf({ ...which, sourceTopic: source?.topic }, end);
    if (position !== undefined && position >= beginning && position <= end) return position;
    const isAhead = position !== undefined && position > end && source === undefined;
    if (isAhead) {
      const isKept = committed === 'same' || (committed === 'further' && end === 0);
      this.#warn(isKept, { ...which, ...at, position, end, committed });
      if (isKept) {
        // What is added is beyond this end. The old position would pass over it, once the changelog has grown so far.
        await this.#state.write((batch) => this.#state.setPosition(batch, { ...which, position: end }));
        return end;
      }
    }
    if (beginning > Math.max(position ?? 0, 0) && source === undefined && !losesBeginning(stored.store))
      this.#logger.warn(
        'the changelog has lost its beginning: the state begins anew from what is left of it, and rows that were only there are lost',
        { ...which, ...at, position: position ?? null, beginning, end },
      );
    // Nothing here, or state of a changelog that has been deleted since, or has lost what comes next: begin anew.
    await this.#state.wipe(which.taskId, which.store, { isOtherChangelog: isAhead && end === 0 });
    return beginning;
  }

  /** An empty changelog knows nothing better; one that was written to since may know what others have processed. */
  #warn(isKept: boolean, fields: Readonly<Record<string, unknown>>): void {
    this.#logger.warn(
      isKept
        ? 'the changelog was deleted or has lost its end: the local state is kept, and is the only copy of rows from before'
        : 'the changelog was deleted or has lost its end, and the local state is not what the group has committed: it begins anew',
      fields,
    );
  }
}

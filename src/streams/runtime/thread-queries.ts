import type { KafkaAdmin } from '../../client/types.ts';
import type { QueriedTask } from './queryable-stores.ts';
import type { StateLocations, StoreLags } from './state-locations.ts';
import { storeLags } from './store-lags.ts';
import type { TaskSet } from './task-set.ts';
import type { ThreadMembership } from './thread-membership.ts';

/** What a thread answers whoever asks for state: what it has itself, and who has what. */
export class ThreadQueries {
  readonly #tasks: Pick<TaskSet, 'queried' | 'storePlaces'>;
  readonly #membership: Pick<ThreadMembership, 'locations'>;
  readonly #admin: Pick<KafkaAdmin, 'listOffsets'>;

  constructor(parts: {
    readonly tasks: Pick<TaskSet, 'queried' | 'storePlaces'>;
    readonly membership: Pick<ThreadMembership, 'locations'>;
    readonly admin: Pick<KafkaAdmin, 'listOffsets'>;
  }) {
    this.#tasks = parts.tasks;
    this.#membership = parts.membership;
    this.#admin = parts.admin;
  }

  /** Tasks whose stores may be asked, standby tasks among them. */
  get tasks(): readonly QueriedTask[] {
    return this.#tasks.queried;
  }

  /** Who has what in the group, as its leader has told. */
  get locations(): StateLocations {
    return this.#membership.locations;
  }

  /** How far the stores of this thread are behind their changelogs. */
  lags(): Promise<StoreLags> {
    return storeLags(this.#tasks.storePlaces, this.#admin);
  }
}

import { ErrorCode } from '../../protocol/error-codes.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { ConsumerSettings } from '../config/settings.ts';

/** Fetches metadata in the background; a cluster that never answers ends the poll, one that once did does not. */
export class ClusterSearch {
  readonly #cluster: Cluster;
  readonly #settings: ConsumerSettings;
  readonly #events: { readonly onFailure: (error: unknown) => void; readonly onRetry: () => void };
  #looking = false;
  #firstLookMs = -1;

  constructor(
    cluster: Cluster,
    settings: ConsumerSettings,
    events: { readonly onFailure: (error: unknown) => void; readonly onRetry: () => void },
  ) {
    this.#cluster = cluster;
    this.#settings = settings;
    this.#events = events;
  }

  look(): void {
    if (this.#looking) return;
    this.#looking = true;
    const { clock, timers } = this.#cluster.environment;
    if (this.#firstLookMs < 0) this.#firstLookMs = clock.monotonicMs();
    this.#cluster
      .refresh()
      .catch((error: unknown) => {
        const patienceMs = this.#settings.defaultApiTimeoutMs;
        const isOver = clock.monotonicMs() - this.#firstLookMs >= patienceMs;
        if (!this.#cluster.known && isOver) this.#events.onFailure(error);
        timers.after(this.#settings.retryBackoffMs, this.#events.onRetry);
      })
      .finally(() => {
        this.#looking = false;
      })
      .catch(() => {});
  }
}

/** Names of the topics of a cluster that a pattern subscribes to, sorted. */
export function topicsMatching(
  pattern: RegExp,
  cluster: Cluster,
  { excludeInternalTopics }: ConsumerSettings,
): readonly string[] {
  const matched: string[] = [];
  for (const { name, internal, errorCode } of cluster.metadata.topics()) {
    if (errorCode !== ErrorCode.NONE || (internal && excludeInternalTopics)) continue;
    // Stateful expressions (g, y) would remember where the last match ended.
    pattern.lastIndex = 0;
    if (pattern.test(name)) matched.push(name);
  }
  return matched.toSorted();
}

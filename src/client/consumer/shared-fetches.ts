import type { ConsumerSettings } from '../config/settings.ts';
import { FetchHub } from './fetch-hub.ts';

/**
 * What consumers of one process read together: those that fetch the same way share their fetches, whatever group they are
 * in. Given to each of them, and closed after them.
 */
export class SharedFetches {
  readonly #clientId: string;
  readonly #hubs = new Map<string, FetchHub>();

  /** @param clientId by which the broker knows the fetches of all of them. */
  constructor({ clientId }: { readonly clientId: string }) {
    this.#clientId = clientId;
  }

  of(settings: ConsumerSettings): FetchHub {
    const key = keyOf(settings);
    let hub = this.#hubs.get(key);
    if (hub === undefined) {
      hub = new FetchHub({ ...settings, clientId: this.#clientId });
      this.#hubs.set(key, hub);
    }
    return hub;
  }

  /** What is kept for those who come later takes so many bytes, by estimate. */
  get keptBytes(): number {
    return [...this.#hubs.values()].reduce((sum, { keptBytes }) => sum + keptBytes, 0);
  }

  close(): void {
    for (const hub of this.#hubs.values()) hub.close();
  }
}

/** Everything that tells one fetch from another, and one connection. */
function keyOf(settings: ConsumerSettings): string {
  return JSON.stringify([
    settings.bootstrapServers,
    settings.isolationLevel,
    settings.fetchBytesMin,
    settings.fetchBytesMax,
    settings.fetchWaitMsMax,
    settings.partitionFetchBytesMax,
    settings.clientRack,
    settings.checkCrcs,
    settings.decompressedBatchBytesMax,
    settings.requestTimeoutMs,
    settings.connectTimeoutMs,
    settings.reconnectBackoffMs,
    settings.reconnectBackoffMsMax,
  ]);
}

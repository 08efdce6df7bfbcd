import type { Cluster } from '../cluster/cluster.ts';
import { ErrorCode } from '../../protocol/error-codes.ts';
import { kafkaError } from '../kafka-error.ts';
import {
  answerOf,
  fetchCall,
  type FetchNode,
  type FetchReader,
  type FetchSettings,
  type FetchSource,
  responsesOf,
} from './fetch-source.ts';
import type { FetchWant } from './fetch-want.ts';

/** A fetch that leaves out partitions with full buffers waits no longer than this for the others. */
const PARTIAL_WAIT_MS = 50;

/** The fetches of a consumer that reads for itself: one request per broker is under way at a time. */
export class OwnFetches implements FetchSource {
  readonly isShared = false;
  readonly #cluster: Cluster;
  readonly #settings: FetchSettings;
  /** Brokers with a fetch under way. */
  readonly #busy = new Set<number>();

  constructor(cluster: Cluster, settings: FetchSettings) {
    this.#cluster = cluster;
    this.#settings = settings;
  }

  find(): undefined {
    return undefined;
  }

  isBusy(nodeId: number): boolean {
    return this.#busy.has(nodeId);
  }

  fetch(
    { id }: FetchNode,
    wants: readonly FetchWant[],
    { reader, isPartial }: { readonly reader: FetchReader; readonly isPartial: boolean },
  ): void {
    this.#busy.add(id);
    const { fetchWaitMsMax } = this.#settings;
    const maxWaitMs = isPartial ? Math.min(fetchWaitMsMax, PARTIAL_WAIT_MS) : fetchWaitMsMax;
    void this.#fetch(id, wants, { reader, maxWaitMs });
  }

  async #fetch(
    nodeId: number,
    wants: readonly FetchWant[],
    { reader, maxWaitMs }: { readonly reader: FetchReader; readonly maxWaitMs: number },
  ): Promise<void> {
    try {
      const call = fetchCall(wants, this.#settings, maxWaitMs);
      const response = await this.#cluster.send(nodeId, 'fetch', call);
      if (response.errorCode !== ErrorCode.NONE)
        throw kafkaError(response.errorCode, `fetching from broker ${nodeId}`);
      reader.onEndpoints(response.nodeEndpoints);
      for (const each of responsesOf(wants, response)) {
        try {
          reader.onAnswer(each.place, answerOf(each.place, each.response, this.#settings));
        } catch (error) {
          // The other partitions of the answer are not concerned.
          reader.onFailure(nodeId, [each.place], error);
        }
      }
    } catch (error) {
      reader.onFailure(nodeId, wants, error);
    } finally {
      this.#busy.delete(nodeId);
    }
    reader.onEnd(wants);
  }
}

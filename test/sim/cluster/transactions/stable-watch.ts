import { readMarker } from '../../../../broker/log/transaction-marker.ts';
import type { BatchView } from '../../../../src/protocol/records/batch-view.ts';
import { CommittedWatch } from '../committed-watch.ts';
import { batchesAt, segmentsAt } from '../disk-view.ts';
import { CommittedEnds } from '../history.ts';
import type { Violate } from '../violation.ts';
import type { WatchedCluster } from '../watched-cluster.ts';

/**
 * Who is told of a last stable offset is told that the markers are committed of all transactions that begin before it: whoever is
 * in sync has them ({@link CommittedWatch}).
 */
export class StableWatch {
  readonly #cluster: WatchedCluster;
  readonly #topic: string;
  readonly #ends = new CommittedEnds();
  readonly #committed: CommittedWatch;

  constructor(
    cluster: WatchedCluster,
    { topic, violate }: { readonly topic: string; readonly violate: Violate },
  ) {
    this.#cluster = cluster;
    this.#topic = topic;
    this.#committed = new CommittedWatch(cluster, { topic, ends: this.#ends, violate });
  }

  /** A client was told of a last stable offset just now. */
  onStable(partition: number, offset: number): void {
    const leader = this.#committed.registration(partition)?.leader ?? -1;
    if (leader < 0 || offset === 0) return;
    const segments = segmentsAt(this.#cluster.mediumOf(leader), `${this.#topic}-${partition}`);
    this.#ends.advance(partition, endOfMarkers(batchesAt(segments), offset));
  }

  /** Called after every event. */
  look(): void {
    this.#committed.look();
  }

  /** To be called when all brokers have all metadata. */
  end(): void {
    this.#committed.end();
  }
}

/** Behind the last marker of the transactions that begin before an offset; that offset where there is none behind it. */
export function endOfMarkers(batches: Iterable<BatchView>, offset: number): number {
  const open = new Map<number, number>();
  let end = offset;
  for (const batch of batches) {
    const { producerId, baseOffset, nextOffset } = batch;
    if (batch.isControl) {
      const firstOffset = open.get(producerId);
      if (readMarker(batch.bytes) === undefined || firstOffset === undefined) continue;
      open.delete(producerId);
      if (firstOffset < offset) end = Math.max(end, nextOffset);
    } else if (batch.isTransactional && !open.has(producerId)) open.set(producerId, baseOffset);
  }
  return end;
}

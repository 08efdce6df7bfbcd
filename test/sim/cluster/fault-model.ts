import type { SimulatedCluster } from './simulated-cluster.ts';

/**
 * Which faults may happen together.
 *
 * A record is acknowledged when `min.insync.replicas` of its replicas have it in memory, say m of them: like Kafka,
 * Millrace does not force it to disk then, and replication is what makes it durable. ISR and ELR together never have fewer
 * than m members that hold all of it, but for those that stopped without a farewell. So m - 1 brokers at a time may lose
 * what they had not synced. From a loss on, until that broker serves again and is in all in-sync sets, it counts as away;
 * the others may be cut off, slow or stopped in good order, but no more than m - 1 may be away: to the controller a killed
 * process too is one that may have lost data (KIP-966), and of m such brokers it cannot know which one has everything.
 * For the same reason a loss needs that kills and losses together are m - 1 at most. A full disk counts as a kill: a broker
 * that gives up for it may end without closing its logs in good order. Kills alone, which lose nothing that was written,
 * may come together in any number: a cluster whose processes die all at once keeps all that it acknowledged.
 *
 * With three replicas and m = 2 that is one loss at a time, with five and m = 3 two, with m = 1 none.
 */
export class FaultModel {
  readonly #cluster: SimulatedCluster;
  /** Brokers that stopped without a farewell and are not yet in all in-sync sets again; true: they may have lost data. */
  readonly #away = new Map<number, boolean>();

  constructor(cluster: SimulatedCluster) {
    this.#cluster = cluster;
  }

  /** How many brokers may be away where one of them has lost data. */
  get #awayMax(): number {
    return this.#cluster.shape.minInsyncReplicas - 1;
  }

  mayKill(id: number): boolean {
    const others = this.#othersAway(id);
    return others.every(([, isLossy]) => !isLossy) || others.length < this.#awayMax;
  }

  mayLosePower(id: number): boolean {
    return this.#othersAway(id).length < this.#awayMax;
  }

  onKilled(id: number): void {
    this.#away.set(id, this.#away.get(id) ?? false);
  }

  onPowerLost(id: number): void {
    this.#away.set(id, true);
  }

  #othersAway(id: number): readonly (readonly [number, boolean])[] {
    this.#notice();
    return [...this.#away].filter(([other]) => other !== id);
  }

  /** A broker is back when, by its own metadata, which begins with its registration, it is in sync everywhere. */
  #notice(): void {
    for (const id of this.#cluster.brokerIds) {
      const image = this.#cluster.broker(id)?.image;
      // Its power is about to go, or its disk to be full: it is as good as away.
      const { crashAfter, freeBytes } = this.#cluster.host(id).medium;
      if (crashAfter > 0 || Number.isFinite(freeBytes)) continue;
      if (image === undefined || !this.#away.has(id)) continue;
      const isBack = image.topicsByName.every((topic) =>
        topic.partitions.every(({ isr, replicas }) => !replicas.includes(id) || isr.includes(id)),
      );
      if (isBack) this.#away.delete(id);
    }
  }
}

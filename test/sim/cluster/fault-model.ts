import { BROKER_IDS, type SimulatedCluster } from './simulated-cluster.ts';

/**
 * Which faults may happen together.
 *
 * A record is acknowledged when two of three replicas have it in memory: like Kafka, Millrace does not force it to disk
 * then, and replication is what makes it durable. So one broker at a time may lose what it had not synced. From the
 * power loss on, until that broker serves again and is in all in-sync sets, the others may be cut off, slow or stopped
 * in good order, but not be killed: to the controller a killed process too is one that may have lost data (KIP-966),
 * and of two such brokers it cannot know which one has everything. For the same reason power is lost only while no
 * other broker is on its way back from a kill. A full disk counts as a kill: a broker that gives up for it may end without
 * closing its logs in good order. Kills alone, which lose nothing that was written, may come together in
 * any number: a cluster whose three processes die at once keeps all that it acknowledged.
 */
export class FaultModel {
  readonly #cluster: SimulatedCluster;
  /** Brokers that stopped without a farewell and are not yet in all in-sync sets again; true: they may have lost data. */
  readonly #away = new Map<number, boolean>();

  constructor(cluster: SimulatedCluster) {
    this.#cluster = cluster;
  }

  mayKill(id: number): boolean {
    this.#notice();
    return [...this.#away].every(([other, lossy]) => other === id || !lossy);
  }

  mayLosePower(id: number): boolean {
    this.#notice();
    return [...this.#away.keys()].every((other) => other === id);
  }

  onKilled(id: number): void {
    this.#away.set(id, this.#away.get(id) ?? false);
  }

  onPowerLost(id: number): void {
    this.#away.set(id, true);
  }

  /** A broker is back when, by its own metadata, which begins with its registration, it is in sync everywhere. */
  #notice(): void {
    for (const id of BROKER_IDS) {
      const image = this.#cluster.broker(id)?.image;
      // Its power is about to go, or its disk to be full: it is as good as away.
      const { crashAfter, freeBytes } = this.#cluster.host(id).medium;
      if (crashAfter > 0 || Number.isFinite(freeBytes)) continue;
      if (image === undefined || !this.#away.has(id)) continue;
      const isBack = image.topicsByName.every((topic) =>
        topic.partitions.every(({ isr }) => isr.includes(id)),
      );
      if (isBack) this.#away.delete(id);
    }
  }
}

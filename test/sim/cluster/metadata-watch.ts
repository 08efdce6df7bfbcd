import type { MetadataImage, PartitionRegistration } from '../../../broker/metadata/metadata-image.ts';
import type { Violate } from './violation.ts';

/**
 * Looks at every image of the metadata that any broker ever has: a leader epoch has one leader, an epoch of the
 * metadata quorum one controller, images at one offset are one, and for one broker nothing ever goes back.
 */
export class MetadataWatch {
  readonly #violate: Violate;
  readonly #controllers = new Map<number, number>();
  readonly #leaders = new Map<string, number>();
  readonly #partitions = new Map<string, string>();
  readonly #epochs = new Map<number, number>();
  readonly #last = new Map<number, MetadataImage>();

  constructor(violate: Violate) {
    this.#violate = violate;
  }

  get controllerCount(): number {
    return this.#controllers.size;
  }

  onController(brokerId: number, epoch: number): void {
    const other = this.#controllers.get(epoch);
    if (other !== undefined && other !== brokerId) {
      this.#violate(
        'two-controllers',
        `brokers ${other} and ${brokerId} were both controllers in epoch ${epoch}`,
      );
    }
    this.#controllers.set(epoch, brokerId);
  }

  /** The image that a broker has now; undefined when its process has none. */
  onImage(brokerId: number, image: MetadataImage | undefined): void {
    const before = this.#last.get(brokerId);
    if (before === image) return;
    if (image === undefined) {
      this.#last.delete(brokerId);
      return;
    }
    this.#last.set(brokerId, image);
    if (before !== undefined && (image.offset < before.offset || image.epoch < before.epoch)) {
      this.#violate(
        'metadata-back',
        `the metadata of broker ${brokerId} went back from ${before.offset} to ${image.offset}`,
      );
    }
    const epoch = this.#epochs.get(image.offset);
    if (epoch !== undefined && epoch !== image.epoch) {
      this.#violate(
        'metadata-differs',
        `offset ${image.offset} of the metadata has epochs ${epoch} and ${image.epoch}`,
      );
    }
    this.#epochs.set(image.offset, image.epoch);
    // By id: a topic that was deleted and made anew under its name begins again, in every respect.
    for (const topic of image.topicsById.values()) {
      const known = before?.topicsById.get(topic.id);
      if (topic === known) continue;
      for (const [index, partition] of topic.partitions.entries()) {
        const name = `${topic.name}-${index} (${topic.id})`;
        this.#onPartition(name, partition, known?.partitions.get(index));
      }
    }
  }

  #onPartition(name: string, now: PartitionRegistration, before: PartitionRegistration | undefined): void {
    if (now === before) return;
    const place = `${name} epoch ${now.leaderEpoch}`;
    const leader = this.#leaders.get(place);
    if (leader !== undefined && leader !== now.leader) {
      this.#violate('two-leaders', `${place} has leaders ${leader} and ${now.leader}`);
    }
    this.#leaders.set(place, now.leader);
    const state = `${now.leader}/${now.leaderEpoch} isr ${now.isr.join()} elr ${now.elr.join()}`;
    const version = `${name} version ${now.partitionEpoch}`;
    const other = this.#partitions.get(version);
    if (other !== undefined && other !== state)
      this.#violate('metadata-differs', `${version} is ${other} and ${state}`);
    this.#partitions.set(version, state);
    if (before === undefined) return;
    if (now.leaderEpoch < before.leaderEpoch || now.partitionEpoch < before.partitionEpoch) {
      this.#violate(
        'partition-back',
        `${name} went back from epoch ${before.leaderEpoch} to ${now.leaderEpoch}`,
      );
    }
  }
}

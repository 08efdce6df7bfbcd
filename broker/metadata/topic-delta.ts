import { List } from 'immutable';
import type { PartitionRegistration, TopicImage } from './metadata-image.ts';

/** What changed in one topic. */
export class TopicDelta {
  readonly id: string;
  readonly name: string;
  /** The topic before; null when it is new. */
  readonly before: TopicImage | null;
  /** New states of the partitions that are new or changed, by index. */
  readonly partitions = new Map<number, PartitionRegistration>();

  constructor(id: string, name: string, before: TopicImage | null) {
    this.id = id;
    this.name = name;
    this.before = before;
  }

  partition(index: number): PartitionRegistration | undefined {
    return this.partitions.get(index) ?? this.before?.partitions.get(index);
  }

  /** All partitions in their newest state. */
  all(): [number, PartitionRegistration][] {
    return [...this.build().partitions.entries()];
  }

  build(): TopicImage {
    const before = this.before?.partitions ?? List<PartitionRegistration>();
    const partitions = before.withMutations((list) => {
      for (const [index, partition] of this.partitions) list.set(index, partition);
    });
    return Object.freeze({ name: this.name, id: this.id, partitions });
  }
}

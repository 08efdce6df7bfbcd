import { isLost } from '../../../broker/metadata/lost-replica.ts';
import {
  ConfigResourceType,
  configsOf,
  type MetadataImage,
  type PartitionRegistration,
} from '../../../broker/metadata/metadata-image.ts';
import type { Violate } from './violation.ts';

/** Someone who was taken for one that may have lost records. */
interface Suspect {
  readonly what: string;
  readonly brokerId: number;
  /** Of the process that was taken for one that has ended without a farewell. */
  readonly incarnationId: string | undefined;
}

/**
 * Looks at every change of a partition that any broker hears of: the leader is in sync and not fenced, nobody is in sync who
 * has no replica, who leaves an ISR below its minimum stays eligible unless it may have lost records (KIP-966), and a leader
 * comes out of the ISR or of those that are eligible, or is the last one that is known where there is neither.
 */
export class IsrWatch {
  readonly #minInsyncReplicas: number;
  readonly #violate: Violate;
  readonly #last = new Map<number, MetadataImage>();
  readonly #suspects = new Map<string, Suspect>();
  /** Changes that were looked at. */
  count = 0;

  /** @param minInsyncReplicas of all topics that do not say otherwise. */
  constructor(minInsyncReplicas: number, violate: Violate) {
    this.#minInsyncReplicas = minInsyncReplicas;
    this.#violate = violate;
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
    for (const topic of image.topicsById.values()) {
      const known = before?.topicsById.get(topic.id);
      if (topic === known) continue;
      for (const [index, now] of topic.partitions.entries()) {
        const earlier = known?.partitions.get(index);
        if (now === earlier) continue;
        const minInsyncReplicas = this.#minInsyncReplicasOf(image, topic.name);
        this.#onChange(`${topic.name}-${index}`, now, { earlier, image, before, minInsyncReplicas });
      }
    }
  }

  /**
   * To be called when all brokers serve again: a broker that was not eligible any more, as one that may have lost records,
   * has registered another process since. (Its partitions are changed before its registration is.)
   */
  end(image: MetadataImage): void {
    for (const { what, brokerId, incarnationId } of this.#suspects.values())
      if (image.brokers.get(brokerId)?.incarnationId === incarnationId) this.#violate('isr-rules', what);
  }

  #minInsyncReplicasOf(image: MetadataImage, topic: string): number {
    const own = configsOf(image, ConfigResourceType.TOPIC, topic).get('min.insync.replicas');
    return own === undefined ? this.#minInsyncReplicas : Number(own);
  }

  #onChange(
    name: string,
    now: PartitionRegistration,
    {
      earlier,
      image,
      before,
      minInsyncReplicas,
    }: {
      readonly earlier: PartitionRegistration | undefined;
      readonly image: MetadataImage;
      readonly before: MetadataImage | undefined;
      readonly minInsyncReplicas: number;
    },
  ): void {
    this.count++;
    const { leader, isr, elr, replicas } = now;
    const minIsr = Math.min(minInsyncReplicas, replicas.length);
    const change = (what: string): string => `${name}: ${what}: ${shown(now)}, before ${shown(earlier)}`;
    const violateIf = (isBroken: boolean, what: string): void => {
      if (isBroken) this.#violate('isr-rules', change(what));
    };
    violateIf(leader >= 0 && !isr.includes(leader), 'its leader is not in sync');
    violateIf(leader >= 0 && image.brokers.get(leader)?.fenced === true, 'its leader is fenced');
    violateIf(
      [...isr, ...elr].some((id) => !replicas.includes(id)),
      'one is in sync that has no replica',
    );
    violateIf(
      elr.some((id) => isr.includes(id)),
      'one that is in sync is eligible besides',
    );
    violateIf(isr.length >= minIsr && elr.length > 0, 'some are eligible though enough are in sync');
    // Of several changes at once nobody knows the steps.
    if (earlier === undefined || now.partitionEpoch !== earlier.partitionEpoch + 1) return;
    const safe = [...earlier.isr, ...earlier.elr];
    // The last of those that were safe may turn out to have lost records by the same change.
    const isForsaken =
      earlier.lastKnownElr.includes(leader) && !safe.some((id) => isr.includes(id) || elr.includes(id));
    const isNew = leader >= 0 && leader !== earlier.leader;
    violateIf(isNew && !safe.includes(leader) && !isForsaken, 'its leader was neither in sync nor eligible');
    if (isr.length >= minIsr) return;
    for (const id of safe) {
      if (isr.includes(id) || elr.includes(id) || isLost(now, id)) continue;
      const what = change(`${id}, which has lost nothing, is not eligible any more`);
      const incarnationId = before?.brokers.get(id)?.incarnationId;
      this.#suspects.set(`${name} ${now.partitionEpoch} ${id}`, { what, brokerId: id, incarnationId });
    }
  }
}

function shown(partition: PartitionRegistration | undefined): string {
  if (partition === undefined) return 'nothing';
  const { leader, leaderEpoch, isr, elr, lastKnownElr } = partition;
  return `leader ${leader} in epoch ${leaderEpoch}, ISR ${isr.join() || 'empty'}, ELR ${elr.join() || 'empty'}, last known ${lastKnownElr.join() || 'none'}`;
}

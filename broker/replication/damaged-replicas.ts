import { mustStop } from '../../src/base/assert.ts';
import type { Address, Environment, Timer } from '../../src/base/environment.ts';
import type { AssertionFailure } from '../../src/base/errors.ts';
import type { Logger } from '../../src/base/logger.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestOf } from '../../src/protocol/message.ts';
import { offsetForLeaderEpoch } from '../../src/protocol/messages/23-offset-for-leader-epoch.ts';
import type { assignReplicasToDirs } from '../../src/protocol/messages/73-assign-replicas-to-dirs.ts';
import { isLost, LOST_DIRECTORY } from '../metadata/lost-replica.ts';
import type { MetadataImage, PartitionRegistration } from '../metadata/metadata-image.ts';
import type { PeerChannels } from '../server/peer-channel.ts';
import { replicaKey } from './replica-key.ts';

type AssignRequest = RequestOf<typeof assignReplicasToDirs>;

/** What a broker uses to talk about its replicas. */
export interface DamagePeers {
  readonly peers: PeerChannels;
  readonly addressOf: (brokerId: number, image: MetadataImage) => Address | undefined;
  /** Sends AssignReplicasToDirs to the active controller. */
  readonly assign: (request: AssignRequest) => Promise<unknown>;
  readonly brokerEpoch: () => number;
  /** Stops the broker. */
  readonly onAssertion: (failure: AssertionFailure) => void;
}

interface DamagedReplicasOptions extends DamagePeers {
  readonly environment: Environment;
  readonly logger: Logger;
  readonly nodeId: number;
  readonly directoryId: string;
  readonly image: () => MetadataImage | null;
  /** Replicas whose log is damaged. */
  readonly damaged: () => Iterable<ReplicaPlace>;
  /** Whether this broker has the replica, with an open log. */
  readonly isOpen: (place: ReplicaPlace) => boolean;
  /** Leaders have answered that they have the records of these replicas. */
  readonly onLed: (places: readonly ReplicaPlace[]) => void;
}

/** A replica of this broker. */
interface ReplicaPlace {
  readonly topic: { readonly id: string; readonly name: string };
  readonly index: number;
}

interface Known extends ReplicaPlace {
  readonly registration: PartitionRegistration;
}

const RETRY_MS = 1000;
const OFFSET_FOR_LEADER_EPOCH_VERSION = 4;

/**
 * Tells the controller which replicas of this broker are damaged, and which can be opened again, and asks the leaders of the
 * damaged ones whether they are there: the metadata that a broker knows at its start may name a leader that has died. Only
 * a replica that the controller takes for lost, and whose leader has answered, may begin anew. Where a partition has no other
 * replica nothing is told: there is nobody to take over, and its clients are to hear of the disk.
 */
export class DamagedReplicas {
  readonly #options: DamagedReplicasOptions;
  /** Open again, as far as is known. */
  readonly #open = new Map<string, ReplicaPlace>();
  /** Leader epochs in which a leader has answered. */
  readonly #led = new Map<string, number>();
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(options: DamagedReplicasOptions) {
    this.#options = options;
  }

  /** Looks at all damaged replicas soon, and from time to time as long as there are any. */
  check(delayMs = 0): void {
    if (this.#isClosed) return;
    this.#timer ??= this.#options.environment.timers.after(delayMs, () => void this.#run());
  }

  /** A replica was opened, and the controller takes it for lost. */
  onOpen(place: ReplicaPlace): void {
    this.#open.set(replicaKey(place.topic.id, place.index), place);
    this.check();
  }

  /** Whether the present leader of a partition has said that it leads it. */
  isLed(topicId: string, index: number, leaderEpoch: number): boolean {
    return this.#led.get(replicaKey(topicId, index)) === leaderEpoch;
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    const { nodeId, damaged, directoryId, isOpen } = this.#options;
    const known = this.#known(damaged());
    const lost = known.filter(({ registration }) => !isLost(registration, nodeId));
    for (const [key, place] of this.#open) {
      const [found] = this.#known([place]);
      if (found === undefined || !isOpen(place) || !isLost(found.registration, nodeId))
        this.#open.delete(key);
    }
    const back = this.#known(this.#open.values()).filter((each) => this.#isWaitedFor(each));
    try {
      await this.#report(LOST_DIRECTORY, lost);
      await this.#report(directoryId, back);
      await this.#askLeaders(known.filter(({ registration }) => isLost(registration, nodeId)));
    } catch (error) {
      if (mustStop(error)) this.#options.onAssertion(error);
      else this.#options.logger.warn('the controller could not be told of damaged replicas', { error });
    }
    this.#timer = undefined;
    if (known.length > 0 || this.#open.size > 0) this.check(RETRY_MS);
  }

  #known(places: Iterable<ReplicaPlace>): Known[] {
    const image = this.#options.image();
    const known: Known[] = [];
    for (const { topic, index } of places) {
      const registration = image?.topicsById.get(topic.id)?.partitions.get(index);
      if (registration !== undefined && registration.replicas.length > 1)
        known.push({ topic, index, registration });
    }
    return known;
  }

  /** What is only half copied is not: where another one leads, it finds out itself who is in sync. */
  #isWaitedFor({ registration }: Known): boolean {
    const { leader, isr, elr, lastKnownElr } = registration;
    return leader === -1 && [...isr, ...elr, ...lastKnownElr].includes(this.#options.nodeId);
  }

  async #report(directory: string, replicas: readonly Known[]): Promise<void> {
    if (replicas.length === 0) return;
    const { nodeId, brokerEpoch, assign } = this.#options;
    const topics = replicas.map(({ topic, index }) => ({
      topicId: topic.id,
      partitions: [{ partitionIndex: index }],
    }));
    await assign({ brokerId: nodeId, brokerEpoch: brokerEpoch(), directories: [{ id: directory, topics }] });
  }

  async #askLeaders(replicas: readonly Known[]): Promise<void> {
    const { nodeId, onLed } = this.#options;
    const led: ReplicaPlace[] = [];
    const unsure = replicas.filter(
      ({ topic, index, registration: { leader, leaderEpoch } }) =>
        leader >= 0 && leader !== nodeId && !this.isLed(topic.id, index, leaderEpoch),
    );
    for (const leader of new Set(unsure.map(({ registration }) => registration.leader))) {
      const asked = unsure.filter(({ registration }) => registration.leader === leader);
      led.push(...(await this.#askLeader(leader, asked)));
    }
    if (led.length > 0 && !this.#isClosed) onLed(led);
  }

  /** The replicas that the broker leads; none where it does not answer. */
  async #askLeader(leader: number, replicas: readonly Known[]): Promise<readonly ReplicaPlace[]> {
    const { nodeId, peers, addressOf, image, logger } = this.#options;
    const now = image();
    const address = now === null ? undefined : addressOf(leader, now);
    if (address === undefined) return [];
    const channel = peers.to(leader, address);
    try {
      const { topics } = await channel.send(offsetForLeaderEpoch, OFFSET_FOR_LEADER_EPOCH_VERSION, {
        replicaId: nodeId,
        topics: replicas.map(({ topic, index, registration: { leaderEpoch } }) => ({
          topic: topic.name,
          partitions: [{ partition: index, currentLeaderEpoch: leaderEpoch, leaderEpoch }],
        })),
      });
      const led = replicas.filter((_, at) => topics[at]?.partitions[0]?.errorCode === ErrorCode.NONE);
      for (const { topic, index, registration } of led)
        this.#led.set(replicaKey(topic.id, index), registration.leaderEpoch);
      return led;
    } catch (error) {
      if (mustStop(error)) throw error;
      logger.debug('the leader of damaged replicas does not answer', { leader, error });
      return [];
    } finally {
      channel.close();
    }
  }
}

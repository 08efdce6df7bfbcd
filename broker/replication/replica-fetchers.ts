import type { Address, Environment } from '../../src/base/environment.ts';
import type { AssertionFailure } from '../../src/base/errors.ts';
import type { Logger } from '../../src/base/logger.ts';
import type { MetadataImage, PartitionRegistration } from '../metadata/metadata-image.ts';
import type { PeerChannels } from '../server/peer-channel.ts';
import type { Partition } from './partition.ts';
import { type FetcherSettings, ReplicaFetcher } from './replica-fetcher.ts';

interface ReplicaFetchersOptions {
  readonly environment: Environment;
  readonly logger: Logger;
  /** Stops the broker. */
  readonly onAssertion: (failure: AssertionFailure) => void;
  readonly peers: PeerChannels;
  readonly settings: FetcherSettings;
  /** Where a broker is to be fetched from. */
  readonly addressOf: (brokerId: number, image: MetadataImage) => Address | undefined;
  readonly onBytes: (topic: string, bytes: number) => void;
}

interface Source {
  readonly fetcher: ReplicaFetcher;
  readonly address: Address;
}

/** The fetchers of a broker, one per leader that it follows partitions of. */
export class ReplicaFetchers {
  readonly #options: ReplicaFetchersOptions;
  readonly #sources = new Map<number, Source>();
  readonly #leaders = new Map<Partition, number>();

  constructor(options: ReplicaFetchersOptions) {
    this.#options = options;
  }

  follow(partition: Partition, leaderId: number, image: MetadataImage): void {
    this.#leaders.set(partition, leaderId);
    this.#fetcherFor(leaderId, image)?.follow(partition);
  }

  /** Ends the following of a partition unless the registration goes on with the same leader in the same epoch. */
  unfollow(partition: Partition, next: PartitionRegistration | null): void {
    const leaderId = this.#leaders.get(partition);
    if (leaderId === undefined) return;
    if (next !== null && next.leader === leaderId && next.leaderEpoch === partition.leaderEpoch) return;
    this.#leaders.delete(partition);
    const source = this.#sources.get(leaderId);
    source?.fetcher.unfollow(partition);
    if (source?.fetcher.partitionCount === 0) {
      source.fetcher.close();
      this.#sources.delete(leaderId);
    }
  }

  /** Brokers have come, gone or moved: fetchers whose leader has another address are made anew. */
  onBrokers(image: MetadataImage): void {
    for (const [leaderId, source] of this.#sources) {
      const address = this.#options.addressOf(leaderId, image);
      if (address !== undefined && isSame(address, source.address)) continue;
      source.fetcher.close();
      this.#sources.delete(leaderId);
    }
    for (const [partition, leaderId] of this.#leaders) {
      if (!this.#sources.has(leaderId)) this.#fetcherFor(leaderId, image);
      this.#sources.get(leaderId)?.fetcher.follow(partition);
    }
  }

  close(): void {
    for (const { fetcher } of this.#sources.values()) fetcher.close();
    this.#sources.clear();
    this.#leaders.clear();
  }

  #fetcherFor(leaderId: number, image: MetadataImage): ReplicaFetcher | undefined {
    const existing = this.#sources.get(leaderId);
    if (existing !== undefined) return existing.fetcher;
    const { environment, logger, onAssertion, peers, settings, onBytes, addressOf } = this.#options;
    const address = addressOf(leaderId, image);
    if (address === undefined) return undefined;
    const channel = peers.to(leaderId, address);
    const fetcher = new ReplicaFetcher({
      environment,
      logger,
      onAssertion,
      leaderId,
      channel,
      settings,
      onBytes,
    });
    this.#sources.set(leaderId, { fetcher, address });
    return fetcher;
  }
}

function isSame(a: Address, b: Address): boolean {
  return a.host === b.host && a.port === b.port;
}

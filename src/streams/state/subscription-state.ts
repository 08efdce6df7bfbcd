import { NO_HEADERS } from '../record.ts';
import { endOfPrefix, type WriteBatch } from './engine.ts';
import { readInt64, writeInt64 } from '../../base/int64.ts';
import { KeyCodec } from './key-codec.ts';
import type { ChangeLog, ChangelogRecord, ManagedStore, StoreEnvironment } from './managed-store.ts';
import { requireKeySuffix, requireVersion, unknownFormat } from './state-format.ts';
import { StateMap, type ValueCodec } from './state-map.ts';
import type { Subscription, SubscriptionState } from './states.ts';
import type { SubscriptionStoreDefinition } from './store-definition.ts';

interface Stored {
  readonly hash: Buffer | null;
  readonly primaryPartition: number;
  readonly timestamp: number;
}

/**
 * Subscriptions of a foreign-key join. The key is, as in Kafka Streams, the foreign key's length, the foreign key and
 * the primary key, so that all subscribers of a row are one range.
 */
export class ManagedSubscriptionState<KO, K> implements SubscriptionState<KO, K>, ManagedStore {
  readonly definition: SubscriptionStoreDefinition<unknown, unknown>;
  readonly #changelogTopic: string;
  readonly #foreignKeys: KeyCodec<KO>;
  readonly #primaryKeys: KeyCodec<K>;
  readonly #subscriptions: StateMap<Stored>;

  constructor(definition: SubscriptionStoreDefinition<KO, K>, environment: StoreEnvironment) {
    this.definition = definition;
    this.#changelogTopic = environment.changelogTopic;
    this.#foreignKeys = new KeyCodec(definition.foreignKeySerde, environment.changelogTopic);
    this.#primaryKeys = new KeyCodec(definition.primaryKeySerde, environment.changelogTopic);
    this.#subscriptions = new StateMap({ ...environment, codec: storedCodec });
  }

  get name(): string {
    return this.definition.name;
  }

  put(subscription: Subscription<KO, K>): void {
    const { hash, primaryPartition, timestamp } = subscription;
    this.#subscriptions.set(this.#textOf(subscription), { hash, primaryPartition, timestamp }).changedAt =
      timestamp;
  }

  remove(subscription: { readonly foreignKey: KO; readonly primaryKey: K }): void {
    this.#subscriptions.set(this.#textOf(subscription), undefined);
  }

  subscribers(foreignKey: KO): readonly Subscription<KO, K>[] | Promise<readonly Subscription<KO, K>[]> {
    const prefix = this.#prefixOf(foreignKey);
    const found = this.#subscriptions.scan({ from: prefix, to: endOfPrefix(prefix) });
    const shape = (entries: readonly (readonly [string, Stored])[]): readonly Subscription<KO, K>[] =>
      entries.map(([text, stored]) => ({
        foreignKey,
        primaryKey: this.#primaryKeys.key(text.slice(prefix.length)),
        ...stored,
      }));
    return found instanceof Promise ? found.then(shape) : shape(found);
  }

  #prefixOf(foreignKey: KO): string {
    const text = this.#foreignKeys.text(foreignKey);
    const { length } = text;
    return (
      String.fromCharCode(length >>> 24, (length >>> 16) & 0xff, (length >>> 8) & 0xff, length & 0xff) + text
    );
  }

  #textOf(subscription: { readonly foreignKey: KO; readonly primaryKey: K }): string {
    return this.#prefixOf(subscription.foreignKey) + this.#primaryKeys.text(subscription.primaryKey);
  }

  open(): void {}

  loadPrefetched(): undefined {
    return undefined;
  }

  logChanges(log: ChangeLog): void {
    for (const entry of this.#subscriptions.dirtyEntries) {
      const encoded = this.#subscriptions.encode(entry) ?? null;
      log({
        key: Buffer.from(entry.key, 'latin1'),
        value: encoded,
        timestamp: entry.changedAt,
        headers: NO_HEADERS,
      });
    }
  }

  writeTo(batch: WriteBatch): void {
    this.#subscriptions.writeTo(batch);
  }

  committed(): void {
    this.#subscriptions.committed();
  }

  evict(): void {
    this.#subscriptions.evict();
  }

  expire(): void {}

  prefetchForRestore({ key, value }: ChangelogRecord): void {
    const where = this.#changelogTopic;
    requireKeySuffix(key.length, 4, where);
    if (key.readUInt32BE(0) > key.length - 4)
      throw unknownFormat(where, 'a key says that it is longer than it is');
    if (value === null) return;
    requireVersion(value, 1, where);
    if (value.length !== STORED_BYTES && value.length !== STORED_BYTES + HASH_BYTES)
      throw unknownFormat(where, `a value has ${value.length} bytes`);
  }

  restore(record: ChangelogRecord): void {
    const value = record.value === null ? undefined : storedCodec.decode(record.value);
    this.#subscriptions.set(record.key.toString('latin1'), value);
  }

  close(): void {
    this.#subscriptions.close();
  }
}

const STORED_BYTES = 13;
const HASH_BYTES = 16;

/** A version byte, the time, the partition of the subscriber, and the hash of the subscriber's row. */
const storedCodec: ValueCodec<Stored> = {
  encode(stored) {
    const { hash } = stored;
    const bytes = Buffer.allocUnsafe(STORED_BYTES + (hash?.length ?? 0));
    bytes[0] = 1;
    writeInt64(bytes, 1, stored.timestamp);
    bytes.writeInt32BE(stored.primaryPartition, 9);
    hash?.copy(bytes, STORED_BYTES);
    return bytes;
  },
  decode: (bytes) => ({
    timestamp: readInt64(bytes, 1),
    primaryPartition: bytes.readInt32BE(9),
    hash: bytes.length > STORED_BYTES ? Buffer.from(bytes.subarray(STORED_BYTES)) : null,
  }),
};

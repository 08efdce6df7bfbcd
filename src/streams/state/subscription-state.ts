import { NO_HEADERS } from '../record.ts';
import { endOfPrefix, type WriteBatch } from './engine.ts';
import { readInt64 } from '../../base/int64.ts';
import { latin1Bytes } from '../../base/short-text.ts';
import { KeyCodec } from './key-codec.ts';
import type { ChangeLog, ChangelogRecord, ManagedStore, StoreEnvironment } from './managed-store.ts';
import { mapPages, type RowPages } from './pages.ts';
import { requireKeySuffix, requireVersion, unknownFormat } from './state-format.ts';
import { QUERY_PAGE_BYTES, StateMap, type ValueCodec } from './state-map.ts';
import type { Subscription, SubscriptionState } from './states.ts';
import type { SubscriptionStoreDefinition } from './store-definition.ts';
import {
  decodeSubscription,
  encodeSubscription,
  HASH_BYTES,
  HASH_IS_NULL,
  isSubscription,
  SUBSCRIPTION_VERSION,
  subscriptionBytes,
  type StoredSubscription as Stored,
} from './subscription-format.ts';

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

  subscribers(foreignKey: KO): RowPages<Subscription<KO, K>> {
    const prefix = this.#prefixOf(foreignKey);
    const rows = this.#subscriptions.read({ from: prefix, to: endOfPrefix(prefix) }, QUERY_PAGE_BYTES);
    return mapPages(rows, ([text, stored]) => {
      return { foreignKey, primaryKey: this.#primaryKeys.key(text.slice(prefix.length)), ...stored };
    });
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
      const key = latin1Bytes(entry.key);
      log({
        key,
        value: entry.value === undefined ? null : encodeSubscription(primaryKeyOf(key), entry.value),
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
    if (isSubscription(value)) {
      requireVersion(Buffer.of((value[0] ?? 0) & ~HASH_IS_NULL), SUBSCRIPTION_VERSION, where);
      if (value.length !== subscriptionBytes(value, primaryKeyOf(key)))
        throw unknownFormat(where, `a value has ${value.length} bytes`);
      return;
    }
    requireVersion(value, STORED_VERSION, where);
    if (value.length !== STORED_BYTES && value.length !== STORED_BYTES + HASH_BYTES)
      throw unknownFormat(where, `a value has ${value.length} bytes`);
  }

  restore(record: ChangelogRecord): void {
    const { key, value, timestamp } = record;
    const read = value && isSubscription(value) ? decodeSubscription(value, timestamp) : undefined;
    const stored = read ?? (value === null ? undefined : storedCodec.decode(value));
    this.#subscriptions.set(key.toString('latin1'), stored);
  }

  close(): void {
    this.#subscriptions.close();
  }
}

const STORED_VERSION = 1;
const STORED_BYTES = 13;

/** The part of a key behind the length of the foreign key and the foreign key. */
function primaryKeyOf(key: Buffer): Buffer {
  return key.subarray(4 + key.readUInt32BE(0));
}

/**
 * In the engine: a version byte, the time, the partition of the subscriber, and the hash of the subscriber's row. Earlier
 * versions of Millrace have written that to changelogs, too.
 */
const storedCodec: ValueCodec<Stored> = {
  write(rows, { hash, timestamp, primaryPartition }) {
    rows.appendByte(STORED_VERSION);
    rows.appendInt64(timestamp);
    rows.appendInt32(primaryPartition);
    if (hash !== null) rows.append(hash, 0, hash.length);
  },
  decode: (bytes) => ({
    timestamp: readInt64(bytes, 1),
    primaryPartition: bytes.readInt32BE(9),
    hash: bytes.length > STORED_BYTES ? Buffer.from(bytes.subarray(STORED_BYTES)) : null,
  }),
};

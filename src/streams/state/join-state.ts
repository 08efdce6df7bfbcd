import { NO_HEADERS } from '../record.ts';
import type { Serde } from '../serde.ts';
import type { WriteBatch } from './engine.ts';
import { readInt64, writeInt64 } from '../../base/int64.ts';
import { int64Text, KeyCodec } from './key-codec.ts';
import type { ChangeLog, ChangelogRecord, ManagedStore, StoreEnvironment } from './managed-store.ts';
import { requireKeySuffix, requireVersion } from './state-format.ts';
import { StateMap, type ValueCodec } from './state-map.ts';
import type { JoinRow, JoinState } from './states.ts';
import type { JoinStoreDefinition } from './store-definition.ts';

interface Item<V> extends JoinRow<V> {
  readonly sequence: number;
}

interface Unlogged<V> extends Item<V> {
  readonly keyText: string;
}

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

const BUCKET_MIN_MS = 1000;
const SEGMENT_MIN_MS = 60_000;
const BUCKET_TEXTS_MAX = 64;

/**
 * One side of a stream-stream join. All records of a key within a bucket of time are one value, so that a look-up is
 * two or three point reads, and buckets expire as ranges. In the changelog each is a record: key, time, sequence.
 */
export class ManagedJoinState<K, V> implements JoinState<K, V>, ManagedStore {
  readonly definition: JoinStoreDefinition<unknown, unknown>;
  readonly #environment: StoreEnvironment;
  readonly #keys: KeyCodec<K>;
  readonly #valueSerde: Serde<V>;
  readonly #buckets: StateMap<readonly Item<V>[]>;
  readonly #bucketMs: number;
  readonly #segmentMs: number;
  readonly #bucketTexts = new Map<number, string>();
  #unlogged: Unlogged<V>[] = [];
  #sequence = 0;
  readonly #time: StoreEnvironment['storeTime'];
  #expiredUntil = 0;

  constructor(definition: JoinStoreDefinition<K, V>, environment: StoreEnvironment) {
    this.definition = definition;
    this.#environment = environment;
    this.#time = environment.storeTime;
    this.#valueSerde = definition.valueSerde;
    this.#keys = new KeyCodec(definition.keySerde, environment.changelogTopic);
    this.#buckets = new StateMap({
      ...environment,
      codec: itemsCodec(definition.valueSerde, environment.changelogTopic),
    });
    this.#bucketMs = Math.max(definition.windowSizeMs + 1, BUCKET_MIN_MS);
    this.#segmentMs = Math.max(Math.floor(definition.retentionMs / 2), SEGMENT_MIN_MS);
  }

  get name(): string {
    return this.definition.name;
  }

  load(key: K, span: Span): Promise<void> | undefined {
    const text = this.#keys.text(key);
    let waiting: Promise<void>[] | undefined;
    for (const bucket of this.#bucketsOf(span)) {
      const missing = this.#buckets.load(bucket + text);
      if (missing) (waiting ??= []).push(missing);
    }
    return waiting && Promise.all(waiting).then(() => undefined);
  }

  prefetch(keyBytes: Buffer, span: Span): void {
    let text: string | undefined;
    for (const bucket of this.#bucketsOf(span)) {
      if (this.#buckets.isBeyondEnd(bucket)) continue;
      text ??= keyBytes.toString('latin1', 0, keyBytes.length);
      this.#buckets.prefetch(bucket + text);
    }
  }

  fetch(key: K, span: Span): readonly JoinRow<V>[] {
    const text = this.#keys.text(key);
    // A segment is dropped some time after its records have expired; until then they are hidden.
    const fromMs = Math.max(span.fromMs, this.#time.value - this.definition.retentionMs + 1);
    const found: JoinRow<V>[] = [];
    for (const bucket of this.#bucketsOf({ fromMs, toMs: span.toMs })) {
      for (const item of this.#buckets.get(bucket + text) ?? []) {
        if (item.timestamp >= fromMs && item.timestamp <= span.toMs) found.push(item);
      }
    }
    return found;
  }

  put(key: K, value: V, timestamp: number): boolean {
    this.#time.value = Math.max(this.#time.value, timestamp);
    if (this.#isExpired(timestamp)) return false;
    this.#sequence = (this.#sequence + 1) & 0x7fffffff;
    const item = { timestamp, sequence: this.#sequence, value };
    const keyText = this.#keys.text(key);
    this.#insert(keyText, item);
    if (this.definition.loggingEnabled) this.#unlogged.push({ keyText, ...item });
    return true;
  }

  /** Expiry goes by whole segments of time, as in Kafka Streams, where it decides which late records still count. */
  #isExpired(timestamp: number): boolean {
    const oldest = this.#time.value - this.definition.retentionMs;
    return Math.floor(timestamp / this.#segmentMs) < Math.floor(Math.max(0, oldest) / this.#segmentMs);
  }

  #insert(keyText: string, item: Item<V>): void {
    const bucketKey = this.#bucketAt(item.timestamp) + keyText;
    const items = this.#buckets.get(bucketKey) ?? [];
    let at = items.length;
    while (at > 0 && (items[at - 1]?.timestamp ?? 0) > item.timestamp) at--;
    this.#buckets.set(bucketKey, items.toSpliced(at, 0, item));
  }

  #bucketAt(timestamp: number): string {
    return this.#bucketText(Math.floor(timestamp / this.#bucketMs));
  }

  /** Records come in the order of their times, more or less: they ask for a few buckets again and again. */
  #bucketText(bucket: number): string {
    const known = this.#bucketTexts.get(bucket);
    if (known !== undefined) return known;
    if (this.#bucketTexts.size >= BUCKET_TEXTS_MAX) this.#bucketTexts.clear();
    const text = int64Text(bucket * this.#bucketMs);
    this.#bucketTexts.set(bucket, text);
    return text;
  }

  #bucketsOf(span: Span): string[] {
    const buckets: string[] = [];
    const first = Math.floor(Math.max(0, span.fromMs) / this.#bucketMs);
    const last = Math.floor(Math.max(0, span.toMs) / this.#bucketMs);
    for (let bucket = first; bucket <= last; bucket++) buckets.push(this.#bucketText(bucket));
    return buckets;
  }

  /** Buckets of later times come behind the others: most of what is looked up has just begun, and is nowhere yet. */
  open(): void | Promise<void> {
    const last = this.#buckets.learnEnd();
    if (last instanceof Promise) return last.then(() => undefined);
  }

  loadPrefetched(): Promise<void> | undefined {
    return this.#buckets.loadPrefetched();
  }

  logChanges(log: ChangeLog): void {
    const { changelogTopic } = this.#environment;
    for (const item of this.#unlogged) {
      const value = this.#valueSerde.serialize(changelogTopic, item.value);
      log({ key: changelogKey(item), value, timestamp: item.timestamp, headers: NO_HEADERS });
    }
  }

  writeTo(batch: WriteBatch): void {
    this.#buckets.writeTo(batch);
  }

  committed(): void {
    this.#buckets.committed();
    this.#unlogged = [];
  }

  evict(): void {
    this.#buckets.evict();
  }

  expire(): void | Promise<void> {
    const oldest = Math.max(0, this.#time.value - this.definition.retentionMs);
    // The last whole bucket before the first live segment.
    const live = Math.floor(oldest / this.#segmentMs) * this.#segmentMs;
    const until = Math.floor(live / this.#bucketMs) * this.#bucketMs;
    if (until <= this.#expiredUntil) return;
    const from = this.#expiredUntil;
    this.#expiredUntil = until;
    return this.#buckets.clear({ from: int64Text(from), to: int64Text(until) });
  }

  prefetchForRestore(record: ChangelogRecord): void {
    requireKeySuffix(record.key.length, 12, this.#environment.changelogTopic);
    const end = record.key.length - 12;
    this.#buckets.prefetch(
      this.#bucketAt(readInt64(record.key, end)) + record.key.toString('latin1', 0, end),
    );
  }

  restore(record: ChangelogRecord): void {
    const { key, value: bytes } = record;
    if (bytes === null) return;
    const end = key.length - 12;
    const keyText = key.toString('latin1', 0, end);
    const timestamp = readInt64(key, end);
    const sequence = key.readInt32BE(end + 8);
    this.#time.value = Math.max(this.#time.value, timestamp);
    this.#sequence = Math.max(this.#sequence, sequence);
    const bucketKey = this.#bucketAt(timestamp) + keyText;
    void this.#buckets.load(bucketKey);
    const items = this.#buckets.get(bucketKey) ?? [];
    // A record that was logged but not committed is logged again after a crash.
    const others = items.filter((item) => item.timestamp !== timestamp || item.sequence !== sequence);
    if (others.length < items.length) this.#buckets.set(bucketKey, others);
    const value = this.#valueSerde.deserialize(this.#environment.changelogTopic, bytes);
    this.#insert(keyText, { timestamp, sequence, value });
  }

  close(): void {
    this.#buckets.close();
  }
}

function changelogKey(item: Unlogged<unknown>): Buffer {
  const { length } = item.keyText;
  const bytes = Buffer.allocUnsafe(length + 12);
  bytes.write(item.keyText, 0, 'latin1');
  writeInt64(bytes, length, item.timestamp);
  bytes.writeInt32BE(item.sequence, length + 8);
  return bytes;
}

/** Items of one bucket: a version byte, then for each its time, sequence, the value's length and the value. */
function itemsCodec<V>(serde: Serde<V>, topic: string): ValueCodec<readonly Item<V>[]> {
  return {
    encode(items) {
      const parts: Buffer[] = [Buffer.of(1)];
      for (const item of items) {
        const value = serde.serialize(topic, item.value) ?? Buffer.alloc(0);
        const head = Buffer.allocUnsafe(16);
        writeInt64(head, 0, item.timestamp);
        head.writeInt32BE(item.sequence, 8);
        head.writeUInt32BE(value.length, 12);
        parts.push(head, value);
      }
      return Buffer.concat(parts);
    },
    decode(bytes) {
      requireVersion(bytes, 1, topic);
      const items: Item<V>[] = [];
      for (let at = 1; at < bytes.length; ) {
        const length = bytes.readUInt32BE(at + 12);
        const value = serde.deserialize(topic, bytes.subarray(at + 16, at + 16 + length));
        items.push({ timestamp: readInt64(bytes, at), sequence: bytes.readInt32BE(at + 8), value });
        at += 16 + length;
      }
      return items;
    },
  };
}

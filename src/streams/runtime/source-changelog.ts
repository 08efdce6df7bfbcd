import { assertDefined, mustStop } from '../../base/assert.ts';
import type { FetchedRecords, OffsetAndMetadata } from '../../client/types.ts';
import { nearestEventTime } from '../event-time.ts';
import type { Header } from '../record.ts';
import type { SourceNode } from '../topology/nodes.ts';
import type { Topology } from '../topology/topology.ts';
import type { RestoredChange } from './changelog-records.ts';
import { preparationOf } from './preparation.ts';
import type { RestoredTask } from './restored-records.ts';

/** A record of a topic, as a consumer has it. */
interface TopicRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly timestamp: number;
  readonly offset: number;
  readonly headers: readonly Header[];
}

/**
 * The partition that a table is read from, in the place of a changelog (`reuse.ktable.source.topics`). A store is restored
 * from it up to where the group has committed it: what comes later is processed. As in processing, there is no row of a
 * record without a key, of one whose time is invalid, or of one that cannot be read: it was passed over, or nothing behind it
 * would be committed.
 */
export class SourceChangelog {
  readonly topic: string;
  #end: number;
  readonly #partition: number;
  readonly #source: SourceNode;
  readonly #store: StoreSerdes;
  #partitionTime = -1;

  constructor(options: {
    readonly topic: string;
    readonly partition: number;
    readonly end: number;
    readonly source: SourceNode;
    readonly store: StoreSerdes;
  }) {
    this.topic = options.topic;
    this.#end = options.end;
    this.#partition = options.partition;
    this.#source = options.source;
    this.#store = options.store;
  }

  /** The offset up to which the table has seen the topic; 0 where nothing is committed. */
  get end(): number {
    return this.#end;
  }

  /** The table has seen more of the topic, elsewhere. */
  advance(end: number): void {
    this.#end = Math.max(this.#end, end);
  }

  /** What has to come before the records can be read; undefined, as a rule, where nothing has. */
  prepare(fetched: FetchedRecords): Promise<void> | undefined {
    return preparationOf(fetched, this.#source);
  }

  /** The changelog records that the store would have of these, which are prepared. */
  changesOf(records: readonly TopicRecord[]): readonly RestoredChange[] {
    return records.flatMap((record) => this.#changeOf(record) ?? []);
  }

  #changeOf(record: TopicRecord): RestoredChange | undefined {
    if (record.offset >= this.#end || record.key === null) return undefined;
    try {
      return this.#read(record, record.key);
    } catch (error) {
      if (mustStop(error)) throw error;
      return undefined;
    }
  }

  #read(record: TopicRecord, keyBytes: Buffer): RestoredChange | undefined {
    const { topic } = this;
    const { offset, headers } = record;
    const { keySerde, valueSerde, timestampExtractor } = this.#source;
    const key: unknown = keySerde.deserialize(topic, keyBytes, headers);
    const value: unknown = record.value && valueSerde.deserialize(topic, record.value, headers);
    const origin = { topic, partition: this.#partition, offset, headers };
    const source = { ...origin, timestamp: nearestEventTime(record.timestamp), key, value };
    const timestamp = timestampExtractor(source, this.#partitionTime);
    if (timestamp < 0) return undefined;
    this.#partitionTime = Math.max(this.#partitionTime, timestamp);
    const { changelogTopic, ...store } = this.#store;
    const storedKey = key == null ? null : store.keySerde.serialize(changelogTopic, key);
    if (storedKey === null) return undefined;
    const isSame = store.valueSerde === valueSerde;
    const bytes = isSame ? record.value : store.valueSerde.serialize(changelogTopic, value);
    return { key: storedKey, value: value == null ? null : bytes, timestamp, headers, offset };
  }
}

/** How a store keeps keys and values, and the topic that its serdes are told. */
interface StoreSerdes extends Pick<SourceNode, 'keySerde' | 'valueSerde'> {
  readonly changelogTopic: string;
}

/** The topic that a store of a task is restored from where it has no changelog; undefined: it has one, or nothing. */
export function sourceChangelogOf(
  store: string,
  {
    topology,
    task,
    partition,
    committed,
  }: {
    readonly topology: Topology;
    readonly task: Pick<RestoredTask, 'changelogTopicOf'>;
    readonly partition: number;
    readonly committed: readonly OffsetAndMetadata[];
  },
): SourceChangelog | undefined {
  const topic = topology.restoredFromSource.get(store);
  const definition = topology.stores.get(store);
  if (topic === undefined || definition === undefined || !('valueSerde' in definition)) return undefined;
  const source = [...topology.nodes.values()].find(
    (node): node is SourceNode => node.kind === 'source' && node.topics.includes(topic),
  );
  const { keySerde, valueSerde } = definition;
  return new SourceChangelog({
    topic,
    partition,
    end: committed.find((each) => each.topic === topic && each.partition === partition)?.offset ?? 0,
    source: assertDefined(source, `a table of ${topic}, which nobody reads`),
    store: { keySerde, valueSerde, changelogTopic: task.changelogTopicOf(store) },
  });
}

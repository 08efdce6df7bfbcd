import { viewOf } from '../../base/buffer-view.ts';
import { partitionOfKey } from '../../base/murmur2.ts';
import { partitionOf, settled, topicOf } from '../operators/user-answers.ts';
import type { AnyRecord, Header } from '../record.ts';
import type { Serde } from '../serde.ts';
import { isTextSerde } from '../text-serde.ts';
import type { SinkNode } from '../topology/nodes.ts';
import type { Topology } from '../topology/topology.ts';
import { windowLengthOf } from '../windows/windowed-serdes.ts';
import type { CurrentRecord } from './current-record.ts';
import type { RecordCollector } from './record-collector.ts';
import { ResultSource } from './result-origin.ts';
import type { TaskFailures } from './task-failures.ts';
import type { TaskMetrics } from './task-metrics.ts';

interface SinkParts {
  readonly topology: Topology;
  /** The name on the broker of a topic of the topology. */
  readonly topicName: (name: string) => string;
  readonly collector: RecordCollector;
  readonly failures: TaskFailures;
  readonly metrics: TaskMetrics;
  readonly current: CurrentRecord;
}

type FieldWriter = (topic: string, field: unknown, headers: readonly Header[]) => Buffer | string | null;

/** Returns what makes a key or a value bytes, or leaves it the text that it is: the producer writes that where the bytes go. */
function fieldWriter(serde: Serde<unknown>, name: string): FieldWriter {
  const texts = isTextSerde(serde) ? serde : undefined;
  return (topic, field, headers) =>
    field == null
      ? null
      : (texts?.textOf(field) ?? settled(serde.serialize(topic, field, headers), name, 'serde'));
}

/** What has to come before a topic that a function has chosen can be written to. */
function preparingTopic({ keySerde, valueSerde }: SinkNode, topic: string): Promise<unknown> | undefined {
  const ofKey = keySerde.prepareTopic?.(topic, 'sink');
  const ofValue = valueSerde.prepareTopic?.(topic, 'sink');
  return ofKey === undefined && ofValue === undefined ? undefined : Promise.all([ofKey, ofValue]);
}

/** Returns what a sink does with a record: serializes it, finds its topic and partition, and sends it. */
export function recordSink(node: SinkNode, parts: SinkParts): (record: AnyRecord) => void | Promise<void> {
  const { topology, topicName, collector, failures, metrics, current } = parts;
  const { partitioner } = node;
  const isRepartition = typeof node.topic === 'string' && topology.repartitionTopics.has(node.topic);
  const fixed = typeof node.topic === 'string' ? topicName(node.topic) : undefined;
  const windowLength = partitioner === undefined && !isRepartition ? windowLengthOf(node.keySerde) : 0;
  const writeKey = fieldWriter(node.keySerde, 'the serde of the key');
  const writeValue = fieldWriter(node.valueSerde, 'the serde of the value');
  const source = new ResultSource({ taskId: failures.taskId, nodeName: node.name, current });
  const send = (record: AnyRecord): void | Promise<void> => {
    const { key, value, timestamp, headers } = record;
    let topic = fixed;
    try {
      if (topic === undefined) {
        topic = typeof node.topic === 'string' ? node.topic : topicOf(node.topic(key, value, current));
        const preparing = preparingTopic(node, topic);
        if (preparing !== undefined) {
          return preparing.then(
            () => send(record),
            (error: unknown) => failures.handle('production', error, failures.at(node.name, record, topic)),
          );
        }
      }
      const writtenKey = writeKey(topic, key, headers);
      const writtenValue = writeValue(topic, value, headers);
      let partition: number | undefined;
      if (partitioner !== undefined || windowLength > 0) {
        const count = collector.partitionCount(topic);
        if (typeof count !== 'number') {
          return count.then(
            () => send(record),
            (error: unknown) => failures.handle('production', error, failures.at(node.name, record, topic)),
          );
        }
        if (partitioner !== undefined)
          partition = partitionOf(partitioner(topic, key, value, count, current), count);
        else if (Buffer.isBuffer(writtenKey))
          partition = partitionOfKey(viewOf(writtenKey, 0, writtenKey.length - windowLength), count);
      }
      collector.send({ topic, partition, key: writtenKey, value: writtenValue, timestamp, headers }, source);
      metrics.produced++;
      if (isRepartition) metrics.toRepartition++;
    } catch (error) {
      failures.handle('production', error, failures.at(node.name, record, topic));
    }
  };
  return send;
}

import type { KafkaConsumer } from '../../client/types.ts';
import type { Task } from './task.ts';

/** How far a task has got in one of its partitions. */
export interface TaskInput {
  readonly topic: string;
  readonly partition: number;
  /** The offset of the next record to be processed; undefined before the first. */
  readonly offset: number | undefined;
  /** The first offset of the partition, as the last fetch saw it; undefined before the first fetch. */
  readonly startOffset: number | undefined;
  /** The end of the partition, as the last fetch saw it; undefined before the first fetch. */
  readonly endOffset: number | undefined;
  /** Records that are not processed yet; undefined before the first fetch. */
  readonly lag: number | undefined;
}

export function taskInputs(task: Task, consumer: KafkaConsumer): readonly TaskInput[] {
  return task.queues.map(({ topic, partition, nextOffset, size }) => {
    const fetched = consumer.positionNow({ topic, partition });
    const behind = consumer.lag({ topic, partition });
    return {
      topic,
      partition,
      offset: nextOffset < 0 ? undefined : nextOffset,
      startOffset: consumer.startOffsetNow({ topic, partition }),
      endOffset: fetched === undefined || behind === undefined ? undefined : fetched + behind,
      lag: behind === undefined ? undefined : behind + size,
    };
  });
}

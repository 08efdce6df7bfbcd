import type { KafkaConsumer } from '../../client/types.ts';
import type { Task } from './task.ts';

/** How far a task has got in one of its partitions. */
export interface TaskInput {
  readonly topic: string;
  readonly partition: number;
  /** The offset of the next record to be processed; undefined until it is known where to begin. */
  readonly offset: number | undefined;
  /** The first offset of the partition, as the last fetch saw it; undefined before the first fetch. */
  readonly startOffset: number | undefined;
  /** The end of the partition, as the last fetch saw it; undefined before the first fetch. */
  readonly endOffset: number | undefined;
  /**
   * Up to where the partition had been processed when the task began with a lower committed offset: the records in between are
   * processed a second time.
   */
  readonly rewoundFrom?: number;
  /** From {@link TaskInput.offset} to {@link TaskInput.endOffset}; undefined while one of them is. */
  readonly lag: number | undefined;
}

export function taskInputs(task: Task, consumer: KafkaConsumer): readonly TaskInput[] {
  return task.queues.map(({ topic, partition, first, rewoundFrom }) => {
    const fetched = consumer.positionNow({ topic, partition });
    const behind = consumer.lag({ topic, partition });
    return withLag({
      topic,
      partition,
      ...(rewoundFrom === undefined ? {} : { rewoundFrom }),
      // With nothing queued the task is where the consumer is: at the committed offset before its first record.
      offset: first?.offset ?? fetched,
      startOffset: consumer.startOffsetNow({ topic, partition }),
      endOffset: fetched === undefined || behind === undefined ? undefined : fetched + behind,
    });
  });
}

export function withLag(input: Omit<TaskInput, 'lag'>): TaskInput {
  const { offset, endOffset } = input;
  const lag = offset === undefined || endOffset === undefined ? undefined : Math.max(0, endOffset - offset);
  return { ...input, lag };
}

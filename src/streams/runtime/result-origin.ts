import type { DeliveryCallback } from '../../client/types.ts';
import type { CurrentRecord } from './current-record.ts';
import type { FailedRecord } from './failures.ts';

/** Where the results of a sink come from: its task and name, and the record in flight there. */
export class ResultSource {
  readonly taskId: string;
  readonly nodeName: string;
  readonly current: CurrentRecord;
  /** One callback for all results to a topic, by topic: where their inputs are not kept. */
  readonly #callbacks = new Map<string, DeliveryCallback>();

  constructor(parts: Pick<ResultSource, 'taskId' | 'nodeName' | 'current'>) {
    this.taskId = parts.taskId;
    this.nodeName = parts.nodeName;
    this.current = parts.current;
  }

  onDelivery(
    sinkTopic: string,
    make: (sinkTopic: string, source: ResultSource) => DeliveryCallback,
  ): DeliveryCallback {
    let callback = this.#callbacks.get(sinkTopic);
    if (callback === undefined) this.#callbacks.set(sinkTopic, (callback = make(sinkTopic, this)));
    return callback;
  }
}

/**
 * A result on its way, with the input record that it came from. Objects of this class are used again when what they stand for is
 * delivered: as many are made as results were ever on their way at a time, and none per record.
 */
export class ResultInFlight {
  /** Of this object, for the producer. */
  readonly onDelivery: DeliveryCallback;
  /** Where the result goes. */
  sinkTopic = '';
  taskId = '';
  nodeName = '';
  /** Its input, as {@link RecordContext} has it. */
  topic = '';
  partition = -1;
  offset = -1;
  input: FailedRecord | undefined = undefined;

  constructor(deliver: (result: ResultInFlight, ...given: Parameters<DeliveryCallback>) => void) {
    this.onDelivery = (error, offset, partition, timestamp, record) =>
      deliver(this, error, offset, partition, timestamp, record);
  }

  /** Takes down where a result comes from that goes out now. */
  begin(sinkTopic: string, { taskId, nodeName, current }: ResultSource): void {
    this.sinkTopic = sinkTopic;
    this.taskId = taskId;
    this.nodeName = nodeName;
    this.topic = current.topic;
    this.partition = current.partition;
    this.offset = current.offset;
    this.input = current.input;
  }
}

import { METADATA_TOPIC } from '../../../../broker/quorum/raft-log.ts';
import { messageOf, OperationalError } from '../../../../src/base/errors.ts';
import { ErrorCode, errorOf } from '../../../../src/protocol/error-codes.ts';
import { produce } from '../../../../src/protocol/messages/00-produce.ts';
import { listOffsets } from '../../../../src/protocol/messages/02-list-offsets.ts';
import { BatchBuilder } from '../../../../src/protocol/records/batch-builder.ts';
import { endOffsetAt } from '../disk-view.ts';
import type { Workload, WorkloadContext, WorkloadTopic } from '../workload.ts';
import { BareLines } from './bare-lines.ts';

const NAME = 'min-isr';
/** Every replica of it has to be in sync. */
export const GUARDED_TOPIC = 'guarded';
const PARTITIONS = 2;
const PRODUCE_VERSION = 11;
const LIST_OFFSETS_VERSION = 7;
const LATEST = -1;
/** After so long a leader has done what its metadata ask of it. */
const SETTLED_MS = 50;
const TIMEOUT_MS = 150;
const ALL = -1;

/** A partition whose ISR is below its minimum, and known to be by its leader and by all who have newer metadata. */
interface Guarded {
  readonly partition: number;
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly partitionEpoch: number;
  /** The leader's process. */
  readonly process: unknown;
}

/** Answers of a leader that has appended a record with acks=all. */
const TAKEN: readonly number[] = [
  ErrorCode.NONE,
  ErrorCode.REQUEST_TIMED_OUT,
  ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
];

/**
 * Writes to a topic all of whose replicas have to be in sync, whenever one is not: what is sent with acks=all is refused, and
 * what is taken with acks=1 is not committed (KIP-966): `below-min-isr`.
 */
export class MinIsrProbe implements Workload {
  readonly name = NAME;
  readonly topics: readonly WorkloadTopic[];
  readonly #context: WorkloadContext;
  #stopped = false;
  #done: Promise<void> = Promise.resolve();
  /** Answers from below the minimum. */
  count = 0;

  constructor(context: WorkloadContext) {
    this.#context = context;
    const configs = { 'min.insync.replicas': String(context.shape.replicationFactor) };
    this.topics = [{ name: GUARDED_TOPIC, partitions: PARTITIONS, configs, equalBytes: false }];
  }

  get counts(): Readonly<Record<string, number>> {
    return { answers: this.count };
  }

  start(): void {
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
  }

  async close(): Promise<void> {}

  async #run(): Promise<void> {
    const { simulation } = this.#context;
    const { environment } = simulation.host(NAME);
    const random = simulation.stream(NAME);
    const lines = new BareLines(environment, NAME);
    while (!this.#stopped) {
      await environment.timers.sleep(random.int(100));
      const guarded = this.#belowMinimum(random.int(PARTITIONS));
      if (guarded === undefined) continue;
      await environment.timers.sleep(SETTLED_MS);
      if (!this.#isStill(guarded)) continue;
      try {
        const what = random.chance(0.5)
          ? await this.#writeToAll(lines, guarded)
          : await this.#writeToOne(lines, guarded);
        if (!this.#isStill(guarded)) continue;
        this.count++;
        if (what !== undefined)
          this.#context.violate(
            'below-min-isr',
            `${GUARDED_TOPIC}-${guarded.partition} is below its minimum, and ${what}`,
          );
      } catch (error) {
        if (!(error instanceof OperationalError)) throw error;
        simulation.note(`${NAME}: ${messageOf(error)}`);
      }
    }
    lines.close();
  }

  /** Undefined where the ISR is large enough, or not all that is in a metadata log is known. */
  #belowMinimum(partition: number): Guarded | undefined {
    const { cluster } = this.#context;
    const { image } = cluster;
    const registration = image?.topicsByName.get(GUARDED_TOPIC)?.partitions.get(partition);
    if (image === undefined || registration === undefined) return undefined;
    const { leader, leaderEpoch, partitionEpoch, isr, replicas } = registration;
    if (leader < 0 || isr.length === replicas.length) return undefined;
    const process = cluster.broker(leader);
    const known = process?.image.topicsByName.get(GUARDED_TOPIC)?.partitions.get(partition)?.partitionEpoch;
    if (known !== partitionEpoch) return undefined;
    const end = Math.max(
      ...cluster.brokerIds.map((id) => endOffsetAt(cluster.host(id).medium, `${METADATA_TOPIC}-0`)),
    );
    return image.offset + 1 < end ? undefined : { partition, leader, leaderEpoch, partitionEpoch, process };
  }

  #isStill({ partition, partitionEpoch, process }: Guarded): boolean {
    const now = this.#belowMinimum(partition);
    return now?.partitionEpoch === partitionEpoch && now.process === process;
  }

  async #writeToAll(lines: BareLines, guarded: Guarded): Promise<string | undefined> {
    const answer = await this.#produce(lines, guarded, ALL);
    if (answer === undefined || !TAKEN.includes(answer.errorCode)) return undefined;
    return `a record with acks=all was taken: ${errorOf(answer.errorCode).name}`;
  }

  async #writeToOne(lines: BareLines, guarded: Guarded): Promise<string | undefined> {
    const { leader, leaderEpoch, partition } = guarded;
    const answer = await this.#produce(lines, guarded, 1);
    if (answer?.errorCode !== ErrorCode.NONE) return undefined;
    const { topics } = await lines.to(leader).send(listOffsets, LIST_OFFSETS_VERSION, {
      replicaId: -1,
      isolationLevel: 0,
      topics: [
        {
          name: GUARDED_TOPIC,
          partitions: [{ partitionIndex: partition, currentLeaderEpoch: leaderEpoch, timestamp: LATEST }],
        },
      ],
    });
    const end = topics[0]?.partitions[0];
    if (end?.errorCode !== ErrorCode.NONE || end.offset <= answer.baseOffset) return undefined;
    return `the record at ${answer.baseOffset} is committed: the high watermark is ${end.offset}`;
  }

  async #produce(lines: BareLines, { leader, partition }: Guarded, acks: number) {
    const { environment } = this.#context.simulation.host(NAME);
    const batch = new BatchBuilder();
    batch.append(null, NAME, environment.clock.nowMs());
    const { responses } = await lines.to(leader).send(produce, PRODUCE_VERSION, {
      acks,
      timeoutMs: TIMEOUT_MS,
      topicData: [{ name: GUARDED_TOPIC, partitionData: [{ index: partition, records: batch.build() }] }],
    });
    return responses[0]?.partitionResponses[0];
  }
}

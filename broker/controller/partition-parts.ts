import type { PartitionRegistration, TopicImage } from '../metadata/metadata-image.ts';
import type { MetadataRecord } from '../metadata/metadata-record.ts';
import { allPartitions } from './cluster-view.ts';
import { type ControllerState, PART_RECORDS, type Parts } from './operation.ts';

/** A partition, with what the metadata say of it. */
export interface Place {
  readonly topic: TopicImage;
  readonly index: number;
  readonly partition: PartitionRegistration;
}

type Records = (state: ControllerState) => readonly MetadataRecord[];
type RecordOf = (state: ControllerState, place: Place) => MetadataRecord | null;

interface PartitionWork {
  /** The records that come before all others. */
  readonly begin?: Records;
  /** What is to be written of a partition, or null. */
  readonly recordOf: RecordOf;
  /** The records that come after all others. */
  readonly end?: Records;
  /** Whether there is still a reason; what was written by then stays. Asked before every part but the first. */
  readonly goesOn: (state: ControllerState) => boolean;
}

/** Partitions that one part looks at, at most. */
const PART_VISITS = 1000;
const NONE: Records = () => [];

/**
 * One change of all partitions of the cluster, in parts that are one batch each, so that other work goes on in between: a
 * broker that comes or goes may concern ten thousand. Few partitions are one part. Many are not changed as one, as in Kafka:
 * what is written has to be such that the same work is found again when the controller falls in between.
 */
export function* forAllPartitions({
  begin = NONE,
  recordOf,
  end = NONE,
  goesOn,
}: PartitionWork): Parts<void> {
  const cursor = new PartitionCursor();
  let records: MetadataRecord[] = [];
  yield (state) => {
    records = [...begin(state)];
    if (cursor.collect(state, recordOf, records)) records.push(...end(state));
    return records;
  };
  if (cursor.isAtEnd) return;
  let isWanted = true;
  while (isWanted && !cursor.isAtEnd) {
    yield (state) => {
      records = [];
      isWanted = goesOn(state);
      if (isWanted) cursor.collect(state, recordOf, records);
      return records;
    };
  }
  // Topics may have been made meanwhile.
  yield (state) => (isWanted && goesOn(state) ? [...newRecords(state, recordOf), ...end(state)] : []);
}

function newRecords(state: ControllerState, recordOf: RecordOf): readonly MetadataRecord[] {
  const records: MetadataRecord[] = [];
  for (const place of allPartitions(state)) {
    const record = recordOf(state, place);
    if (record !== null) records.push(record);
  }
  return records;
}

/** Goes over the partitions of a cluster that changes meanwhile: those of the topics that there were at the beginning. */
class PartitionCursor {
  #topicIds: readonly string[] | undefined;
  #topicAt = 0;
  #index = 0;

  get isAtEnd(): boolean {
    return this.#topicAt >= (this.#topicIds?.length ?? 1);
  }

  /** Adds the records of one part; answers whether it was the last. */
  collect(state: ControllerState, recordOf: RecordOf, records: MetadataRecord[]): boolean {
    this.#topicIds ??= [...state.image.topicsById.keys()];
    for (let visits = 0; visits < PART_VISITS && records.length < PART_RECORDS && !this.isAtEnd; ) {
      const topic = state.image.topicsById.get(this.#topicIds[this.#topicAt] ?? '');
      const index = this.#index;
      const partition = topic?.partitions.get(index);
      if (topic === undefined || partition === undefined) {
        this.#topicAt++;
        this.#index = 0;
        continue;
      }
      this.#index++;
      visits++;
      const record = recordOf(state, { topic, index, partition });
      if (record !== null) records.push(record);
    }
    // The topic that it stands at may have no further partition.
    this.#skipFinished(state);
    return this.isAtEnd;
  }

  #skipFinished({ image }: ControllerState): void {
    while (!this.isAtEnd) {
      const topic = image.topicsById.get(this.#topicIds?.[this.#topicAt] ?? '');
      if (topic !== undefined && this.#index < topic.partitions.size) return;
      this.#topicAt++;
      this.#index = 0;
    }
  }
}

import { BytesReader } from '../../src/base/bytes-reader.ts';
import { OperationalError } from '../../src/base/errors.ts';
import { decodeFrom, encodeInto, withWriter } from '../../src/protocol/codec.ts';
import type { KeyedMessage } from '../../src/protocol/message.ts';
import { clusterMetadataRecords } from '../../src/protocol/records-schemas/cluster-metadata.ts';
import type { MetadataRecord } from './metadata-record.ts';

/** Version of the frame around each record; nothing else was ever used. */
const FRAME_VERSION = 1;

interface RecordKind {
  readonly message: KeyedMessage;
  /** The version that is written: that of the metadata.version in `bootstrap-records.ts`. */
  readonly version: number;
}

const KINDS = {
  RegisterBrokerRecord: { message: clusterMetadataRecords[0], version: 3 },
  UnregisterBrokerRecord: { message: clusterMetadataRecords[1], version: 0 },
  TopicRecord: { message: clusterMetadataRecords[2], version: 0 },
  PartitionRecord: { message: clusterMetadataRecords[3], version: 2 },
  ConfigRecord: { message: clusterMetadataRecords[4], version: 0 },
  PartitionChangeRecord: { message: clusterMetadataRecords[5], version: 2 },
  FenceBrokerRecord: { message: clusterMetadataRecords[7], version: 0 },
  UnfenceBrokerRecord: { message: clusterMetadataRecords[8], version: 0 },
  RemoveTopicRecord: { message: clusterMetadataRecords[9], version: 0 },
  FeatureLevelRecord: { message: clusterMetadataRecords[12], version: 0 },
  ProducerIdsRecord: { message: clusterMetadataRecords[15], version: 0 },
  BrokerRegistrationChangeRecord: { message: clusterMetadataRecords[17], version: 2 },
  NoOpRecord: { message: clusterMetadataRecords[20], version: 0 },
  ClearElrRecord: { message: clusterMetadataRecords[28], version: 0 },
} as const satisfies Record<MetadataRecord['type'], RecordKind>;

const TYPE_BY_KEY = new Map<number, MetadataRecord['type']>(
  Object.entries(KINDS).map(([type, kind]) => [kind.message.key, type as MetadataRecord['type']]),
);

/**
 * A record's value as Kafka frames it: frame version, record type and version as unsigned varints, then the message
 * (`AbstractApiMessageSerde`).
 */
export function encodeMetadataRecord(record: MetadataRecord): Buffer {
  const kind: RecordKind = KINDS[record.type];
  return withWriter((writer) => {
    writer.unsignedVarint(FRAME_VERSION);
    writer.unsignedVarint(kind.message.key);
    writer.unsignedVarint(kind.version);
    encodeInto(writer, kind.message as KeyedMessage<unknown, unknown>, kind.version, record.data);
  }).finishBuffer();
}

/** Returns the type of an encoded record, undefined for one that {@link decodeMetadataRecord} refuses. */
export function metadataRecordType(value: Buffer): MetadataRecord['type'] | undefined {
  const reader = new BytesReader(value);
  return reader.unsignedVarint() === FRAME_VERSION ? TYPE_BY_KEY.get(reader.unsignedVarint()) : undefined;
}

/**
 * @throws {OperationalError} `FOREIGN_DATA` for a record of a kind that this version of Millrace does not know.
 * @throws {ProtocolError} for bytes that are not a record.
 */
export function decodeMetadataRecord(value: Buffer): MetadataRecord {
  const reader = new BytesReader(value);
  const frameVersion = reader.unsignedVarint();
  const key = reader.unsignedVarint();
  const version = reader.unsignedVarint();
  const type = TYPE_BY_KEY.get(key);
  if (frameVersion !== FRAME_VERSION || type === undefined) {
    throw new OperationalError(
      'FOREIGN_DATA',
      `the metadata log holds a record of type ${key} (frame version ${frameVersion}), which this version does not know`,
      { retriable: false },
    );
  }
  const data = decodeFrom(KINDS[type].message as KeyedMessage, version, reader);
  reader.expectEnd();
  return { type, data } as MetadataRecord;
}

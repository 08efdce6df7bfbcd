/// <reference types="node" preserve="true" />
/** Streams: a typed topology DSL on RxJS, with state in RocksDB. See docs/architecture.md. */
export * from '../base/public-errors.ts';
export { StreamsBuilder } from './builder/streams-builder.ts';
export { KStream } from './builder/kstream.ts';
export { KTable, type ForeignKeyJoin } from './builder/ktable.ts';
export { KGroupedStream } from './builder/kgrouped-stream.ts';
export { KGroupedTable } from './builder/kgrouped-table.ts';
export { TimeWindowedKStream } from './builder/time-windowed-kstream.ts';
export type { EmitStrategy } from './windows/emit-strategy.ts';
export { SessionWindowedKStream } from './builder/session-windowed-kstream.ts';
export { BranchedKStream, type Branched } from './builder/branched-kstream.ts';
export { keyValueStore } from './builder/key-value-store.ts';
export type * from './functions.ts';
export type * from './options.ts';
export type { BuildOptions, TopologyOptimization } from './topology-optimization.ts';
export { Topology } from './topology/topology.ts';
export type { Json, TopologyJson, TopologyNodeJson } from './topology/topology-json.ts';
export { diffTopologies, type TopologyChange } from './topology/topology-diff.ts';
export { portable, type ModuleExport } from './portable.ts';
export { TimeWindows } from './windows/time-windows.ts';
export { SessionWindows } from './windows/session-windows.ts';
export { JoinWindows } from './windows/join-windows.ts';
export { Windowed, type Window } from './windows/windowed.ts';
export { timeWindowedSerde, sessionWindowedSerde } from './windows/windowed-serdes.ts';
export { StreamRecord, NO_HEADERS, type Header, type KeyValue, type RecordContext } from './record.ts';
export type { Serde, TopicUse } from './serde.ts';
export type { SchemaSerde, SchemaSerdeOptions } from './schema-serdes.ts';
export { inMemorySchemaRegistry, schemaRegistry, type SchemaRegistryOptions } from './schema-registry.ts';
export type { AvroSchema, AvroValue } from '../serde/objects/avro-value.ts';
export type { JsonSchema, JsonSchemaValue } from '../serde/objects/json-schema-value.ts';
export type { SubjectNameStrategy } from '../serde/schemas/subject-names.ts';
export {
  type ImmediateRegistry,
  RegistryError,
  type SchemaRegistryClient,
} from '../serde/schemas/registry-client.ts';
export type {
  RegisteredSchema,
  SchemaReference,
  SchemaText,
  SchemaType,
  SubjectSchema,
} from '../serde/schemas/registered-schema.ts';
export { Serdes, SerdeError } from './serdes.ts';
export {
  failOnInvalidTimestamp,
  logAndSkipOnInvalidTimestamp,
  usePartitionTimeOnInvalidTimestamp,
  type SourceRecord,
  type TimestampExtractor,
} from './timestamp-extractor.ts';
export type * from './processor.ts';
export type * from './state/store.ts';
export { StreamsApp } from './runtime/streams-app.ts';
export type { StreamsMetrics, StreamsState, TaskStatus } from './runtime/streams-metrics.ts';
export type { StreamsAppOptions, StreamsCloseOptions } from './runtime/streams-app-options.ts';
export { ThreadedStreamsApp } from './threads/threaded-streams-app.ts';
export type { ThreadedStreamsAppOptions } from './threads/threaded-options.ts';
export { ThreadedStreamsHost, type ThreadedStreamsHostOptions } from './threads/threaded-streams-host.ts';
export { threadedStreamsOptionsFrom } from './threads/threaded-properties.ts';
export type { ThreadTopology, TopologyModule } from './threads/thread-topology.ts';
export type { ProcessingGuarantee } from './runtime/processing-guarantee.ts';
export { StreamsHost, type StreamsHostOptions } from './runtime/streams-host.ts';
export type { StoreQueryOptions } from './runtime/queryable-stores.ts';
export type { HostInfo } from './runtime/host-info.ts';
export type {
  KeyPartitioner,
  KeyQueryMetadata,
  LagInfo,
  StoreLags,
  StreamsMetadata,
} from './runtime/state-locations.ts';
export { streamsConfig } from './runtime/streams-config.ts';
export { streamsOptionsFrom } from './runtime/kafka-streams-properties.ts';
export {
  StreamsFailure,
  type FailedRecord,
  type FailureContext,
  type FailureHandler,
  type FailureKind,
  type StreamsUncaughtExceptionHandler,
  type StreamThreadExceptionResponse,
} from './runtime/failures.ts';
export type { RestoreProgress } from './runtime/restorer.ts';
export type { TaskInput } from './runtime/task-inputs.ts';
export type { TaskCounts, TaskTotals } from './runtime/task-metrics.ts';
export type { ThreadCounts } from './runtime/thread-metrics.ts';
export { SuppressBufferFull } from './operators/suppress.ts';

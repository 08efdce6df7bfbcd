/// <reference types="node" preserve="true" />
/** Testing topologies without a broker. */
export * from '../../base/public-errors.ts';
export { SerdeError } from '../serdes.ts';
export { SuppressBufferFull } from '../operators/suppress.ts';
export { TopologyTestDriver, type RawRecord, type TestDriverOptions } from './topology-test-driver.ts';
export { TestInputTopic, TestOutputTopic } from './test-topics.ts';
export { StreamsFailure } from '../runtime/failures.ts';
export type { OutputRecord } from '../runtime/record-collector.ts';

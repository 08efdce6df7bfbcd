/** Testing topologies without a broker. */
export { TopologyTestDriver, type RawRecord, type TestDriverOptions } from './topology-test-driver.ts';
export { TestInputTopic, TestOutputTopic } from './test-topics.ts';
export { StreamsFailure } from '../runtime/failures.ts';
export type { OutputRecord } from '../runtime/record-collector.ts';

import { TopologyTestDriver } from '../../../src/streams/testing/index.ts';
import { partitionOfKey } from '../../../src/base/murmur2.ts';
import { EMIT_ALWAYS } from '../recordings.ts';
import { buildProgram } from './build-program.ts';
import { type Case, type InputStep, topicsOf } from './program.ts';
import { printResult, rawRecord } from './test-driver-answers.ts';

/** Where a record of an input topic lies. */
export function partitionOf({ key }: InputStep, partitions: number): number {
  return key === null ? 0 : partitionOfKey(Buffer.from(key), partitions);
}

/**
 * What the test driver writes to each topic, each record as {@link printResult} has it: all records by one driver, or, where
 * no task has to do with another, those of each partition by one of their own. Records go in as a task takes them: the
 * earliest head of its topics first.
 */
export function oracleOutputs(given: Case, partitions: number): ReadonlyMap<string, readonly string[]> {
  const { inputs, outputs } = topicsOf(given.program);
  const found = new Map<string, string[]>(outputs.map((topic) => [topic, []]));
  for (let partition = 0; partition < partitions; partition++) {
    const driver = new TopologyTestDriver(buildProgram(given.program), {
      cachingEnabled: given.cached,
      config: EMIT_ALWAYS,
    });
    const queues = inputs.map((topic) =>
      given.records.filter(
        (record) => record.topic === topic && partitionOf(record, partitions) === partition,
      ),
    );
    for (let next = takeEarliest(queues); next !== undefined; next = takeEarliest(queues))
      driver.pipeRaw(next.topic, rawRecord(next));
    for (const topic of outputs)
      for (const record of driver.takeRaw(topic)) found.get(topic)?.push(printResult(topic, record));
    driver.close();
  }
  return found;
}

function takeEarliest(queues: readonly InputStep[][]): InputStep | undefined {
  let best: InputStep[] | undefined;
  for (const queue of queues) {
    const [head] = queue;
    if (head !== undefined && (best?.[0] === undefined || head.timestamp < best[0].timestamp)) best = queue;
  }
  return best?.shift();
}

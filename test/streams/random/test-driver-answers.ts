import { TopologyTestDriver } from '../../../src/streams/testing/index.ts';
import { buildProgram } from './build-program.ts';
import { type Case, type InputStep, topicsOf } from './program.ts';

/** What came of one record: a text for each result, by topic and in order; or how it failed. */
export type Answers = { readonly refused: string } | { readonly steps: readonly string[] };

/** Ends the answers where a record has failed: what comes after it is nobody's promise. */
export const FAILED = 'failed';

const bytes = (text: string | null): Buffer | null => (text === null ? null : Buffer.from(text));
const NULL = '~';

export function rawRecord({ key, value, timestamp, header }: InputStep) {
  return {
    key: bytes(key),
    value: bytes(value),
    timestamp,
    headers: header === undefined ? [] : [{ key: 'h', value: Buffer.from(header) }],
  };
}

/** One result as text, the same that RandomPrograms.java prints. */
export function printResult(
  topic: string,
  record: {
    readonly key: Buffer | null;
    readonly value: Buffer | null;
    readonly timestamp: number;
    readonly headers?: readonly { readonly key: string; readonly value: Buffer | null }[];
  },
): string {
  const { key, value, timestamp, headers = [] } = record;
  const marks = headers.map((header) => `${header.key}=${header.value?.toString() ?? NULL}`).join('&');
  return [topic, key?.toString() ?? NULL, value?.toString() ?? NULL, timestamp, marks].join(',');
}

/** Runs a case in our test driver. */
export function testDriverAnswers({ program, cached, records }: Case): Answers {
  let driver: TopologyTestDriver;
  try {
    driver = new TopologyTestDriver(buildProgram(program), { cachingEnabled: cached });
  } catch (error) {
    return { refused: String(error) };
  }
  const { outputs } = topicsOf(program);
  const steps: string[] = [];
  for (const record of records) {
    try {
      driver.pipeRaw(record.topic, rawRecord(record));
    } catch {
      steps.push(FAILED);
      return { steps };
    }
    steps.push(
      outputs.flatMap((topic) => driver.takeRaw(topic).map((result) => printResult(topic, result))).join('|'),
    );
  }
  driver.close();
  return { steps };
}

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { runProgram } from '../dsl-programs.ts';

interface Recorded {
  readonly program: string;
  readonly describe: string;
}

/** 400 random programs with the text of what Kafka Streams 4.3.1 made of each: see ../DslPrograms.java. */
function recorded(name: string): readonly Recorded[] {
  const file = path.join(import.meta.dirname, `../recordings/${name}.jsonl.gz`);
  const lines = gunzipSync(readFileSync(file)).toString().trim().split('\n');
  expect(lines.length).toBe(400);
  return lines.map((line) => JSON.parse(line) as Recorded);
}

it('random programs become what they become in Kafka Streams, name by name', () => {
  for (const { program, describe } of recorded('dsl-programs-4.3.1'))
    expect(runProgram(program).build().describe(), program).toBe(describe);
});

/**
 * Kafka Streams moves a topic up past the merge of its records with a stream that does not pass it then, and whose
 * partitions may be other ones: here it stays below.
 */
const LEFT_BELOW_A_MERGE = [
  'stream topic-0;table rows-0;to 0 out-9;map 0;to 1 out-7;merge 0 1;countBy 2;outerJoin 2 3 @n0;outerJoin 0 1;selectKey 4;toStream 0',
];

it('random programs become what they become in Kafka Streams with all optimizations', () => {
  const different: string[] = [];
  for (const { program, describe } of recorded('dsl-programs-optimized-4.3.1')) {
    const optimized = runProgram(program).build({ optimization: 'all' }).describe();
    if (optimized !== describe) different.push(program);
  }
  expect(different).toEqual(LEFT_BELOW_A_MERGE);
});

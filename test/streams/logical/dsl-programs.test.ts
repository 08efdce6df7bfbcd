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
const file = path.join(import.meta.dirname, '../recordings/dsl-programs-4.3.1.jsonl.gz');
const recorded = gunzipSync(readFileSync(file))
  .toString()
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Recorded);

it('random programs become what they become in Kafka Streams, name by name', () => {
  expect(recorded.length).toBe(400);
  for (const { program, describe } of recorded)
    expect(runProgram(program).build().describe(), program).toBe(describe);
});

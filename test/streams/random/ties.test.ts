import { describe, expect, it } from 'vitest';
import { parseCase } from './program.ts';
import { testDriverAnswers } from './test-driver-answers.ts';

/** Found at random, shrunk, with what Kafka Streams 4.3.1 answered. */
const CASES: readonly (readonly [name: string, given: string, answers: readonly string[]])[] = [
  [
    'a join on a foreign key of a join on a foreign key',
    'cached\tt0 table | in-0;t2 foreignKey t0 t0 | inner;t3 foreignKey t0 t2 | left;s4 toStream t3 | ;o5 to s4 | out-0\tin-0,a,v6,31,~',
    ['out-0,a,v6-null,31,|out-0,a,v6-v6-v6,31,'],
  ],
  [
    'a stream and a table that are one stream, repartitioned twice',
    'cached\ts1 stream | in-1;s2 process s1 | ;w3 windowed s2 | reduce hopping 10 4 5 suppressed;t7 toTable s2 | ;s9 lookUp s2 t7 | inner;o16 to s9 | out-4\tin-1,c,v6,96,~',
    [''],
  ],
  [
    'a stream that is joined with a join of itself, under another key',
    'cached\ts1 stream | in-1;s3 map s1 | both some;s4 mapValues s3 | keyed;s8 join s3 s3 | outer 6 6 4;s9 join s4 s8 | outer 4 4 0;o14 to s9 | out-2\tin-1,a,v0,31,~|in-1,d,v7,26,~',
    ['out-2,a0,a0v0-v0-v0,31,', 'out-2,d1,d1v7-null,26,|out-2,d1,d1v7-v7-v7,26,'],
  ],
];

describe('records of one time in several internal topics are taken in the order of Kafka Streams', () => {
  it.each(CASES)('%s', (_name, given, answers) => {
    expect(testDriverAnswers(parseCase(given))).toEqual({ steps: answers });
  });
});

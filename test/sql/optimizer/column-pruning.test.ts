import { describe, expect, it } from 'vitest';
import { columnPruning } from '../../../src/sql/optimizer/column-pruning.ts';
import { stepsAfter } from './planned.ts';

/** The lines of the sources. */
function sourcesAfter(select: string): readonly string[] {
  return stepsAfter(columnPruning, select)
    .split('\n')
    .filter((line) => line.includes('> Source'))
    .map((line) =>
      line
        .trim()
        .replace(/^> Source \S+ /, '')
        .replace(/, key \[[^\]]*\]/, ''),
    );
}

describe('column pruning', () => {
  it.each([
    [
      'a projection and a filter read',
      'SELECT origin FROM flights WHERE delay > 1',
      ['STREAM FLIGHTS AS FLIGHTS, not read: FARE, TAGS, PLACE'],
    ],
    [
      'the arguments and groups of aggregates are',
      'SELECT origin, SUM(delay) AS d FROM flights GROUP BY origin',
      ['STREAM FLIGHTS AS FLIGHTS, not read: FARE, TAGS, PLACE'],
    ],
    [
      'only rows are counted',
      'SELECT id, COUNT(*) AS n FROM flights GROUP BY id',
      ['STREAM FLIGHTS AS FLIGHTS, not read: ORIGIN, DELAY, FARE, TAGS, PLACE'],
    ],
    [
      'table functions read',
      'SELECT id, EXPLODE(tags) AS tag FROM flights',
      ['STREAM FLIGHTS AS FLIGHTS, not read: ORIGIN, DELAY, FARE, PLACE'],
    ],
    [
      'a new key reads',
      'SELECT id, delay FROM flights PARTITION BY origin',
      ['STREAM FLIGHTS AS FLIGHTS, not read: FARE, TAGS, PLACE'],
    ],
    ['everything is read', 'SELECT * FROM flights', ['STREAM FLIGHTS AS FLIGHTS']],
    [
      'the time of a record is read from it',
      'SELECT id FROM timed',
      ['STREAM TIMED AS TIMED, not read: OTHER'],
    ],
    ['a table keeps its rows', 'SELECT code FROM airports', ['TABLE AIRPORTS AS AIRPORTS']],
    [
      'a join reads its condition, of each side',
      'SELECT f.delay, w.note FROM flights f JOIN weather w WITHIN 1 HOUR ON f.origin = w.place',
      ['STREAM FLIGHTS AS F, not read: FARE, TAGS, PLACE', 'STREAM WEATHER AS W, not read: WIND'],
    ],
    [
      'of a join with a table, only the stream',
      'SELECT f.id, a.city FROM flights f JOIN airports a ON f.origin = a.code WHERE f.fare > 1e0',
      ['STREAM FLIGHTS AS F, not read: DELAY, TAGS, PLACE', 'TABLE AIRPORTS AS A'],
    ],
  ])('%s', (_, select, expected) => {
    expect(sourcesAfter(select)).toEqual(expected);
  });
});

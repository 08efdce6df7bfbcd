import { describe, expect, it } from 'vitest';
import { filterPushDown } from '../../../src/sql/optimizer/filter-push-down.ts';
import { planOf, stepsAfter } from './planned.ts';

const joined = 'FROM flights f LEFT JOIN airports a ON f.origin = a.code';

describe('filter push-down', () => {
  it('checks conditions on the stream before it is joined to a table', () => {
    expect(
      stepsAfter(
        filterPushDown,
        `SELECT f.id, a.city ${joined} WHERE f.delay > 10 AND f.place->gate IN (1, 2) AND a.city = 'Boston'`,
      ),
    ).toBe(`
> Project Project F_ID AS ID, A_CITY AS CITY, key [F_ORIGIN STRING]
  > Filter WhereFilter (A_CITY = 'Boston')
    > Join Join LEFT, key [F_ORIGIN STRING]
      > Filter KafkaTopic_Left-WhereFilter ((F_DELAY > 10) AND (F_PLACE->GATE IN (1, 2)))
        > Source KafkaTopic_Left STREAM FLIGHTS AS F, key [F_ID STRING]
      > Source KafkaTopic_Right TABLE AIRPORTS AS A, key [A_CODE STRING]
`);
  });

  it('goes below several tables', () => {
    expect(
      stepsAfter(
        filterPushDown,
        `SELECT f.id, t.people ${joined} JOIN towns t ON f.origin = t.name WHERE f.delay > 10`,
      ),
    ).toBe(`
> Project Project F_ID AS ID, T_PEOPLE AS PEOPLE, key [F_ORIGIN STRING]
  > Join Join INNER, key [F_ORIGIN STRING]
    > Join L_Join LEFT, key [F_ORIGIN STRING]
      > Filter KafkaTopic_L_Left-L_Join-WhereFilter (F_DELAY > 10)
        > Source KafkaTopic_L_Left STREAM FLIGHTS AS F, key [F_ID STRING]
      > Source KafkaTopic_L_Right TABLE AIRPORTS AS A, key [A_CODE STRING]
    > Source KafkaTopic_Right TABLE TOWNS AS T, key [T_NAME STRING]
`);
  });

  it.each([
    ['a condition on the table', `SELECT f.id ${joined} WHERE a.city = 'Boston'`],
    [
      'what comes after a condition on the table',
      `SELECT f.id ${joined} WHERE a.city IS NULL AND f.delay > 1`,
    ],
    ['a condition that may fail', `SELECT f.id ${joined} WHERE f.delay / f.delay > 1`],
    [
      'what comes after a condition that may fail',
      `SELECT f.id ${joined} WHERE LEN(f.id) > 1 AND f.delay > 1`,
    ],
    ['a comparison of NaN with a decimal', `SELECT f.id ${joined} WHERE f.fare > 1.5`],
    [
      'a condition on a join of streams, whose time its rows move on',
      'SELECT f.id FROM flights f JOIN weather w WITHIN 1 HOUR ON f.origin = w.place WHERE f.delay > 1',
    ],
    [
      'a condition on a join of tables, in which a row that fails is a deletion',
      "SELECT a.code FROM airports a JOIN towns t ON a.code = t.name WHERE a.city = 'Boston'",
    ],
    ['a filter without a join', 'SELECT id FROM flights WHERE delay > 1'],
  ])('leaves %s', (_, select) => {
    const plan = planOf(select);
    expect(filterPushDown.apply(plan)).toBe(plan);
  });
});

import { expect, it } from 'vitest';
import { parseScript } from '../../grammar/index.ts';

it('puts a value into a string as text, whatever quotes it has', () => {
  const variables = new Map([['W', "it's ''; DROP STREAM s; --"]]);
  const [statement, ...more] = parseScript("SELECT 'a ${w} b' FROM s;", { variables });
  expect(more).toEqual([]);
  expect(statement?.text).toBe("SELECT 'a it''s ''''; DROP STREAM s; -- b' FROM s;");
  expect(JSON.stringify(statement?.statement)).toContain("a it's ''; DROP STREAM s; -- b");
  // What is recorded means the same when it is read again, where the variable is not known.
  const [again] = parseScript(statement?.text ?? '');
  expect(JSON.stringify(again?.statement)).toContain("a it's ''; DROP STREAM s; -- b");
});

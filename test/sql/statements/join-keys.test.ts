import { describe, expect, it } from 'vitest';
import { engineAfter } from '../engine-after.ts';

type Kind = 'STREAM' | 'TABLE';

/** The key of the result of `a FIRST JOIN b`, then `LAST JOIN c` on a column of `a` or `b`; undefined where it is refused. */
async function keyOf(
  kind: Kind,
  joins: { readonly first: string; readonly last: string; readonly on: string },
  select: string,
): Promise<string | undefined> {
  const [key, within] = kind === 'TABLE' ? ['PRIMARY KEY', ''] : ['KEY', 'WITHIN 1 HOUR'];
  const sources = ['a', 'b', 'c'].map(
    (name) => `CREATE ${kind} ${name} (id INT ${key}, v INT) WITH (KAFKA_TOPIC='${name}', FORMAT='JSON');`,
  );
  const engine = await engineAfter(sources.join('\n'));
  const { first, last, on } = joins;
  const query = `SELECT ${select}, a.v, b.v, c.v FROM a ${first} JOIN b ${within} ON a.id = b.id ${last} JOIN c ${within} ON ${on}.id = c.id`;
  try {
    await engine.execute(`CREATE ${kind} o AS ${query};`);
  } catch (error) {
    expect(String(error)).toMatch(/Key missing from projection|Unknown column ROWKEY/);
    return undefined;
  }
  return engine.catalog
    .require('O')
    .schema.key.map(({ name }) => name)
    .join();
}

/** What may be the key: the columns that are never null where the row is there, and equal to it. */
function viable(first: string, last: string, on: string): readonly string[] {
  if (last === 'FULL') return [first === 'FULL' ? 'ROWKEY_1' : 'ROWKEY'];
  return first === 'FULL' ? [`${on}.id`, 'c.id'] : ['a.id', 'b.id', 'c.id'];
}

const positions = ['INNER', 'LEFT', 'FULL'];
const ways = positions.flatMap((first) =>
  positions.flatMap((last) => ['a', 'b'].map((on) => ({ first, last, on }))),
);

describe.each<Kind>(['STREAM', 'TABLE'])('the key of three joined %sS', (kind) => {
  it.each(ways)('$first, then $last on $on', async ({ first, last, on }) => {
    const keys = viable(first, last, on);
    for (const column of ['a.id', 'b.id', 'c.id', 'ROWKEY', 'ROWKEY_1']) {
      const expected = keys.includes(column) ? column.replace('.id', '_ID').toUpperCase() : undefined;
      expect(await keyOf(kind, { first, last, on }, column), column).toBe(expected);
    }
  });
});

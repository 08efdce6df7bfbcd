import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { isKsqldbCommand, ksqldbCommandOf, ownPartOf } from '../../src/server/commands/ksqldb-command.ts';

const statement = { statementText: 'CREATE STREAM s AS SELECT * FROM t;', properties: {} };
const longPart = (text: string) => ({
  statement: 'x',
  originalProperties: { 'millrace.command.deflated': deflateRawSync(text).toString('base64') },
});

describe('what Millrace puts into a record of the command topic', () => {
  it.each([
    ['short', 1],
    ['long', 40_000],
  ])('comes back as it was when it is %s', (_, times) => {
    const part = { plan: { columns: Array.from({ length: times }, (_each, index) => `"ä" ${index}`) } };
    const record: unknown = JSON.parse(JSON.stringify(ksqldbCommandOf(statement, part)));
    if (!isKsqldbCommand(record)) throw new Error('it is a record of ksqlDB');
    expect(record.statement).toBe(statement.statementText);
    expect(ownPartOf(record)).toEqual(part);
  });

  it('takes less room than it has characters when it is long', () => {
    const part = { columns: Array.from({ length: 40_000 }, (_, index) => `column ${index}`) };
    const length = JSON.stringify(part).length;
    expect(JSON.stringify(ksqldbCommandOf(statement, part)).length).toBeLessThan(length / 2);
  });

  it('is refused where it would become too much', () => {
    expect(ownPartOf(longPart('"text"'))).toBe('text');
    const bomb = longPart(`"${'x'.repeat(64 * 1024 * 1024)}"`);
    expect(JSON.stringify(bomb).length).toBeLessThan(100_000);
    expect(() => ownPartOf(bomb)).toThrow(/larger than/);
  });

  it('is none in a record of ksqlDB', () => {
    expect(ownPartOf({ statement: 'x' })).toBeUndefined();
    expect(ownPartOf({ statement: 'x', originalProperties: { 'ksql.service.id': 's' } })).toBeUndefined();
  });
});

import protobuf from 'protobufjs';
import { expect, it } from 'vitest';
import { parseSchema } from '../../src/sql/types/index.ts';
import { answerWriterFor, MediaType } from '../../src/server/rest/answer-writers.ts';

const header = (schema: string): Parameters<NonNullable<ReturnType<typeof writer>>['header']>[0] => ({
  queryId: 'q',
  schemaText: schema,
  columns: parseSchema(schema).columns,
});

const writer = (): ReturnType<typeof answerWriterFor> =>
  answerWriterFor('application/vnd.ksql.v1+protobuf; q=0.9', { isPush: false });

it('sends rows as messages of the schema in the header', () => {
  const rows = writer();
  expect(rows?.contentType).toBe(MediaType.PROTOBUF);
  const schema = 'ID INT, NAME STRING, M MAP<STRING, INT>';
  const text = [
    rows?.header(header(schema)),
    rows?.row([
      1,
      'é',
      new Map([
        ['D', 4],
        ['Q', 0],
        ['CAT', 1],
      ]),
    ]),
    rows?.tombstone([2, null, null]),
    rows?.final('Limit Reached'),
    rows?.end(),
  ].join('');
  const [first, row, deleted, last]: readonly {
    readonly header?: { readonly queryId: string; readonly schema: string; readonly protoSchema: string };
    readonly row?: { readonly protobufBytes: string; readonly tombstone?: true };
    readonly finalMessage?: string;
  }[] = JSON.parse(text);
  expect(first?.header).toEqual({
    queryId: 'q',
    schema,
    protoSchema: [
      'syntax = "proto3";\n\nmessage ConnectDefault1 {\n  int32 ID = 1;\n  string NAME = 2;\n',
      '  repeated ConnectDefault2Entry M = 3;\n\n  message ConnectDefault2Entry {\n    string key = 1;\n    int32 value = 2;\n  }\n}\n',
    ].join(''),
  });
  const type = protobuf
    .parse(first?.header?.protoSchema ?? '', { keepCase: true })
    .root.lookupType('ConnectDefault1');
  const read = (base64 = ''): unknown => type.toObject(type.decode(Buffer.from(base64, 'base64')));
  // In the order of Java's HashMap, in which ksqlDB has them.
  const M = [{ key: 'Q' }, { key: 'D', value: 4 }, { key: 'CAT', value: 1 }];
  expect(read(row?.row?.protobufBytes)).toEqual({ ID: 1, NAME: 'é', M });
  expect(read(deleted?.row?.protobufBytes)).toEqual({ ID: 2 });
  expect(deleted?.row?.tombstone).toBe(true);
  expect(last).toEqual({ finalMessage: 'Limit Reached' });
});

it('refuses columns that no message holds before it sends anything', () => {
  expect(() => writer()?.header(header('A ARRAY<ARRAY<INT>>'))).toThrow('Array cannot be nested');
});

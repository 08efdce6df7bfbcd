import { describe, expect, it } from 'vitest';
import { readBackup, backupLine } from '../../src/server/commands/backup-file.ts';
import { decodeCommand, encodeCommand, type NewCommand } from '../../src/server/commands/command.ts';
import { checkedBackup } from '../../src/server/commands/restore-command-topic.ts';

const PAUSE: NewCommand = {
  id: 'pause/`Q:1`/execute',
  statementText: 'PAUSE q;',
  properties: { 'auto.offset.reset': 'earliest' },
  plan: null,
  control: { action: 'PAUSE', queryId: 'Q' },
  plannedAtOffset: 3,
};

it("has the fields of ksqlDB's records and no others, and is read as it was written", () => {
  const { key, value } = encodeCommand(PAUSE);
  expect(JSON.parse(String(key))).toBe(PAUSE.id);
  expect(JSON.parse(String(value))).toEqual({
    statement: 'PAUSE q;',
    streamsProperties: { 'auto.offset.reset': 'earliest' },
    originalProperties: { 'millrace.command': expect.any(String) as unknown },
    version: expect.any(Number) as unknown,
  });
  expect(decodeCommand(key, value).command).toEqual({ version: 3, ...PAUSE });
});

it('reads the records of earlier releases', () => {
  const { id, ...rest } = PAUSE;
  const value = Buffer.from(JSON.stringify({ version: 2, ...rest }));
  expect(decodeCommand(Buffer.from(JSON.stringify(id)), value).command).toEqual({ version: 2, ...PAUSE });
});

it('refuses the record of a later release', () => {
  const value = JSON.stringify({
    statement: 'PAUSE q;',
    originalProperties: { 'millrace.command': '{"version":4}' },
  });
  expect(() => decodeCommand(Buffer.from('"a"'), Buffer.from(value))).toThrow('it has version 4');
});

it('takes of what ksqlDB has recorded what has a meaning here', () => {
  const value = {
    statement: 'DROP STREAM S;',
    streamsProperties: { 'auto.offset.reset': 'earliest', 'ksql.service.id': 'x', 'no.such.property': 1 },
    originalProperties: {
      'ksql.persistence.default.format.value': 'AVRO',
      'ksql.persistence.wrap.single.values': '',
      'ksql.extension.dir': 'ext',
    },
    plan: null,
    version: 12,
  };
  const { command, foreign } = decodeCommand(
    Buffer.from('"stream/`S`/drop"'),
    Buffer.from(JSON.stringify(value)),
  );
  expect(command.properties).toEqual({
    'ksql.persistence.default.format.value': 'AVRO',
    'auto.offset.reset': 'earliest',
  });
  expect(foreign).toEqual({});
});

it('writes and reads the lines of a backup, whose keys may have colons, and tells a line that was cut off', () => {
  const { key, value } = encodeCommand(PAUSE);
  const line = backupLine({ key, value });
  const one = { key, value };
  expect(readBackup(Buffer.concat([line, line]))).toEqual({ commands: [one, one], lacksEnd: false });
  for (let length = 1; length < line.length - 1; length++) {
    expect(readBackup(Buffer.concat([line, line, line.subarray(0, length)]))).toEqual({
      commands: [one, one],
      cut: { line: 3, start: 2 * line.length },
      lacksEnd: false,
    });
  }
  expect(readBackup(Buffer.concat([line, line.subarray(0, -1)]))).toEqual({
    commands: [one, one],
    lacksEnd: true,
  });
  expect(() => readBackup(Buffer.concat([line, Buffer.from('no command\n')]))).toThrow('line 2');
});

describe('what is restored of a backup', () => {
  const command = encodeCommand(PAUSE);
  const line = backupLine(command);
  const cut = Buffer.concat([line, line.subarray(0, 20)]);
  const limits = { file: 'backup', skipIncompatible: false, skipCut: false };

  it('is a last line without its end', () => {
    const { commands, skipped } = checkedBackup(Buffer.concat([line, line.subarray(0, -1)]), limits);
    expect([commands, skipped]).toEqual([[command, command], []]);
  });

  it('is not a line that is cut off, and nothing unless that is said', () => {
    expect(() => checkedBackup(cut, limits)).toThrow('backup cannot be restored: line 2 is cut off');
    expect(checkedBackup(cut, { ...limits, skipCut: true })).toEqual({
      commands: [command],
      skipped: [{ line: 2, reason: 'it is cut off' }],
    });
  });

  it.each([
    ['an empty file', Buffer.alloc(0), false],
    ['a first line that is cut off', line.subarray(0, 20), true],
    ['statements of which none can be read', Buffer.from('"stream/`X`/create":{"a":1}\n'), true],
  ])('is not nothing: %s', (_, content, skip) => {
    const skipping = { ...limits, skipIncompatible: skip, skipCut: skip };
    expect(() => checkedBackup(content, skipping)).toThrow('there is no statement in it');
  });
});

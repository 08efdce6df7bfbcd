import { describe, expect, it } from 'vitest';
import {
  changeConfig,
  changeMode,
  deleteConfig,
  deleteMode,
  deleteSubject,
  deleteVersion,
  guidOf,
  type SchemaRegistry,
} from '../../../src/registry/index.ts';
import { RecordedRegistry, refusal, schemaRequest, wholeState } from './memory-registry.ts';

const record = (...fields: string[]): string =>
  JSON.stringify({
    type: 'record',
    name: 'R',
    fields: fields.map((name) => ({
      name: name.replace('=', ''),
      type: 'int',
      ...(name.endsWith('=') ? { default: 0 } : {}),
    })),
  });

describe('registering', () => {
  it('gives versions of a subject and ids of a context', () => {
    const one = new RecordedRegistry();
    expect(one.register('a', '"int"')).toBe(1);
    expect(one.register('a', '{"type":"int"}')).toBe(1);
    expect(one.register('a', '"long"')).toBe(2);
    expect(one.register('b', '"long"')).toBe(2);
    expect(one.register('b', '"double"')).toBe(3);
    expect(one.register(':.x:a', '"double"')).toBe(1);
    expect(one.registry.versions('a', 'left out').map(({ version, id }) => [version, id])).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(one.registry.state.subjects('left out')).toEqual([':.x:a', 'a', 'b']);
    expect(one.registry.byId(2).map(({ subject, version }) => `${subject} ${version}`)).toEqual([
      'a 2',
      'b 1',
    ]);
    expect(one.registry.byId(1, ':.x:').map(({ subject }) => subject)).toEqual([':.x:a']);
    expect(refusal(() => one.registry.byId(9))).toBe('40403 Schema 9 not found');
  });

  it("records what Confluent's registry does", () => {
    const one = new RecordedRegistry();
    one.register('a-value', '"int"');
    one.register('p', { schemaType: 'PROTOBUF', schema: 'syntax = "proto3"; message M {}' });
    one.record(changeConfig(one.registry, 'a-value', new Map([['compatibility', 'full']])));
    one.record(changeConfig(one.registry, undefined, new Map([['compatibility', 'NONE']])));
    one.record(changeMode(one.registry, 'a-value', { mode: 'READWRITE', isForced: false }));
    one.record(deleteVersion(one.registry, { subject: 'p', version: 1, isPermanent: false }));
    one.record(deleteVersion(one.registry, { subject: 'p', version: 1, isPermanent: true }));
    one.record(deleteSubject(one.registry, 'a-value', { isPermanent: false }));
    expect(one.log.map(({ key, value }) => [key.toString(), value?.toString() ?? null])).toEqual([
      [
        '{"keytype":"SCHEMA","subject":"a-value","version":1,"magic":1}',
        '{"subject":"a-value","version":1,"id":1,"schema":"\\"int\\"","deleted":false}',
      ],
      [
        '{"keytype":"SCHEMA","subject":"p","version":1,"magic":1}',
        '{"subject":"p","version":1,"id":2,"schemaType":"PROTOBUF","schema":"syntax = \\"proto3\\";\\n\\nmessage M {}\\n","deleted":false}',
      ],
      [
        '{"keytype":"CONFIG","subject":"a-value","magic":0}',
        '{"subject":"a-value","compatibilityLevel":"FULL"}',
      ],
      ['{"keytype":"CONFIG","subject":null,"magic":0}', '{"compatibilityLevel":"NONE"}'],
      ['{"keytype":"MODE","subject":"a-value","magic":0}', '{"subject":"a-value","mode":"READWRITE"}'],
      [
        '{"keytype":"SCHEMA","subject":"p","version":1,"magic":1}',
        '{"subject":"p","version":1,"id":2,"schemaType":"PROTOBUF","schema":"syntax = \\"proto3\\";\\n\\nmessage M {}\\n","deleted":true}',
      ],
      ['{"keytype":"SCHEMA","subject":"p","version":1,"magic":1}', null],
      ['{"keytype":"DELETE_SUBJECT","subject":"a-value","magic":0}', '{"subject":"a-value","version":1}'],
      ['{"keytype":"MODE","subject":"a-value","magic":0}', null],
      ['{"keytype":"CONFIG","subject":"a-value","magic":0}', null],
    ]);
  });

  it('is refused for what does not go with earlier versions', () => {
    const one = new RecordedRegistry();
    one.register('a', record('x'));
    const found = refusal(() => one.register('a', record('x', 'y')));
    expect(found).toBe(
      `409 Schema being registered is incompatible with an earlier schema for subject "a", details: [{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE', ` +
        `description:'The field 'y' at path '/fields/1' in the new schema has no default value and is missing in the old schema', ` +
        `additionalInfo:'y'}, {oldSchemaVersion: 1}, {oldSchema: '${record('x')}'}, {validateFields: 'false', compatibility: 'BACKWARD'}]`,
    );
    expect(
      one.registry.incompatibilities('a', schemaRequest(record('x', 'y')), {
        version: 'latest',
        normalize: false,
      }),
    ).toHaveLength(4);
    expect(
      one.registry.incompatibilities('a', schemaRequest(record('x', 'y=')), { version: 1, normalize: false }),
    ).toEqual([]);
    expect(
      refusal(() =>
        one.registry.incompatibilities('a', schemaRequest('"int"'), { version: 7, normalize: false }),
      ),
    ).toBe('40402 Version 7 not found.');
  });

  it.each([
    ['NONE', 'allowed', 'allowed', 'allowed'],
    ['BACKWARD', 'allowed', 'allowed', 'refused'],
    ['FORWARD', 'allowed', 'refused', 'allowed'],
    ['FULL', 'allowed', 'refused', 'refused'],
  ])(
    'follows the level %s: a field with a default more, one fewer, one without more',
    (level, withDefault, fewer, without) => {
      const outcome = (before: string, after: string): string => {
        const one = new RecordedRegistry();
        one.record(changeConfig(one.registry, 'a', new Map([['compatibility', level]])));
        one.register('a', before);
        return refusal(() => one.register('a', after)) === 'not refused' ? 'allowed' : 'refused';
      };
      expect([
        outcome(record('x'), record('x', 'y=')),
        outcome(record('x', 'y'), record('x')),
        outcome(record('x'), record('x', 'y')),
      ]).toEqual([withDefault, fewer, without]);
    },
  );

  it('compares with all versions where the level is transitive', () => {
    const grown = (level: string): string => {
      const one = new RecordedRegistry();
      one.record(changeConfig(one.registry, undefined, new Map([['compatibility', level]])));
      one.register('a', record('x'));
      one.register('a', record('x', 'y='));
      // It reads what the second one wrote, not what the first one did.
      return refusal(() => one.register('a', record('x', 'y')));
    };
    expect(grown('BACKWARD')).toBe('not refused');
    expect(grown('BACKWARD_TRANSITIVE')).toContain('{oldSchemaVersion: 1}');
  });

  it.each([
    [{ schema: '' }, '42201 Empty schema'],
    [{ schema: '"int"', schemaType: 'XML' }, '42201 Invalid schema type XML'],
    [{ schema: '"strnig"' }, '42201 Invalid schema of type AVRO, details: Undefined name: "strnig"'],
    [
      { schema: '"R"', references: [{ name: 'R', subject: 'r', version: 1 }] },
      '42201 Invalid schema of type AVRO, details: No schema reference found for subject "r" and version 1',
    ],
    [{ schema: '"int"', id: 7 }, '42205 Subject a in context . is not in import mode'],
  ])('%j is refused', (request, expected) => {
    const one = new RecordedRegistry();
    expect(refusal(() => one.register('a', request))).toBe(expected);
    expect(one.log).toEqual([]);
  });

  it('takes no name that is none', () => {
    const one = new RecordedRegistry();
    expect(refusal(() => one.register('__GLOBAL', '"int"'))).toBe(
      "42208 The specified subject '__GLOBAL' is not a valid.",
    );
    expect(refusal(() => one.register(':.x:', '"int"'))).toContain('42208');
    // A context that does not end.
    expect(refusal(() => one.register(':.c', '"int"'))).toContain('42208');
    expect(refusal(() => changeConfig(one.registry, ':.c', new Map()))).toContain('42208');
    expect(refusal(() => changeMode(one.registry, ':.c', { mode: 'READONLY', isForced: false }))).toContain(
      '42208',
    );
    expect(one.register(':c', '"int"')).toBe(1);
  });

  it('gives ids and versions of 32 bits, and tells where none is left', () => {
    const one = new RecordedRegistry();
    one.record(changeMode(one.registry, 'a', { mode: 'IMPORT', isForced: false }));
    const [last, beforeLast] = [2 ** 31 - 1, 2 ** 31 - 2];
    expect(refusal(() => one.register('a', { schema: '"int"', id: last }))).toContain(
      '422 Schema id 2147483647 cannot be imported',
    );
    expect(refusal(() => one.register('a', { schema: '"int"', id: last + 1 }))).toContain('422 Schema id');
    expect(one.register('b', '"long"')).toBe(1);
    expect(one.register('a', { schema: '"int"', id: beforeLast, version: last })).toBe(beforeLast);
    expect(one.register('b', { schema: '"double"', schemaType: 'AVRO' })).toBe(last);
    expect(refusal(() => one.register('c', '"string"'))).toContain('422 No id is left in context .');
    // What has an id keeps it, and other contexts have their own.
    expect(one.register('c', '"long"')).toBe(1);
    expect(one.register(':.x:c', '"string"')).toBe(1);
    one.record(changeMode(one.registry, 'a', { mode: 'READWRITE', isForced: false }));
    expect(refusal(() => one.register('a', '"long"'))).toContain('422 No version is left in subject a');
  });

  it('takes no version but the next one', () => {
    const one = new RecordedRegistry();
    expect(refusal(() => one.register('a', { schema: '"int"', version: 1e9 }))).toBe(
      '42201 Version is not one more than previous version',
    );
    expect(one.register('a', { schema: '"int"', version: 1 })).toBe(1);
    expect(one.register('a', { schema: '"long"', version: 2 })).toBe(2);
  });

  it('imports schemas with their ids and versions', () => {
    const one = new RecordedRegistry();
    one.record(changeMode(one.registry, 'a', { mode: 'IMPORT', isForced: false }));
    expect(one.register('a', { schema: '"int"', id: 40, version: 7 })).toBe(40);
    expect(refusal(() => one.register('a', '"int"'))).toBe(
      '42205 Subject a in context . is not in read-write mode',
    );
    expect(refusal(() => one.register('a', { schema: '"string"', id: 40 }))).toBe(
      '42205 Overwrite new schema with id 40 in context . is not permitted.',
    );
    one.record(changeMode(one.registry, 'a', { mode: 'READWRITE', isForced: false }));
    expect(one.register('a', '"long"')).toBe(41);
    expect(one.registry.version('a', 'latest').version).toBe(8);
  });
});

describe('a schema that imports have given several ids', () => {
  const imported = (): RecordedRegistry => {
    const one = new RecordedRegistry();
    one.record(changeMode(one.registry, undefined, { mode: 'IMPORT', isForced: false }));
    one.register('a', { schema: '"int"', id: 7 });
    one.register('b', { schema: '"int"', id: 9 });
    one.record(changeMode(one.registry, undefined, { mode: 'READWRITE', isForced: false }));
    return one;
  };
  const remove = (one: RecordedRegistry, subject: string): void => {
    for (const isPermanent of [false, true]) {
      one.record(deleteSubject(one.registry, subject, { isPermanent }));
    }
  };

  it('keeps the one that is left', () => {
    const [withoutFirst, withoutSecond] = [imported(), imported()];
    remove(withoutFirst, 'a');
    remove(withoutSecond, 'b');
    expect([withoutFirst, withoutSecond].map((one) => one.register('c', '"int"'))).toEqual([9, 7]);
    const guid = guidOf(withoutSecond.registry.version('a', 'latest'));
    expect(withoutFirst.registry.state.ids.ofGuid(guid)).toEqual([['.', 9]]);
    expect(withoutSecond.registry.state.ids.ofGuid(guid)).toEqual([['.', 7]]);
  });

  it('has the same one as its own after its topic was compacted', () => {
    const one = imported();
    // The record of the first one comes after that of the second one now.
    one.record(deleteVersion(one.registry, { subject: 'a', version: 1, isPermanent: false }));
    const own = (registry: SchemaRegistry): number =>
      registry.register('c', schemaRequest('"int"'), { normalize: false }).answer;
    expect([own(one.registry), own(one.replayed({ compacted: true }))]).toEqual([7, 7]);
  });
});

describe('references', () => {
  it('hold what they lead to', () => {
    const one = new RecordedRegistry();
    const address = '{"type":"record","name":"Address","fields":[]}';
    const person = '{"type":"record","name":"Person","fields":[{"name":"at","type":"Address"}]}';
    const inlined = `{"type":"record","name":"Person","fields":[{"name":"at","type":${address}}]}`;
    one.register('address', address);
    const reference = { name: 'Address', subject: 'address', version: 1 };
    one.register('person', { schema: person, references: [reference] });
    expect(one.registry.state.users('address', 1).map(({ subject }) => subject)).toEqual(['person']);
    expect(
      one.registry.lookup('person', schemaRequest(inlined), { normalize: false, deleted: 'left out' }).id,
    ).toBe(2);
    const held =
      '42206 One or more references exist to the schema {magic=1,keytype=SCHEMA,subject=address,version=1}.';
    expect(refusal(() => deleteSubject(one.registry, 'address', { isPermanent: false }))).toBe(held);
    one.record(deleteSubject(one.registry, 'person', { isPermanent: false }));
    one.record(deleteSubject(one.registry, 'address', { isPermanent: false }));
    expect(refusal(() => deleteSubject(one.registry, 'address', { isPermanent: true }))).toBe(held);
    one.record(deleteSubject(one.registry, 'person', { isPermanent: true }));
    expect(one.record(deleteSubject(one.registry, 'address', { isPermanent: true }))).toEqual([1]);
  });
});

describe('deleting', () => {
  it('hides versions first, and takes them away afterwards', () => {
    const one = new RecordedRegistry();
    one.register('a', '"int"');
    one.register('a', '"long"');
    expect(refusal(() => deleteVersion(one.registry, { subject: 'a', version: 1, isPermanent: true }))).toBe(
      "40407 Subject 'a' Version 1 was not deleted first before being permanently deleted",
    );
    expect(one.record(deleteVersion(one.registry, { subject: 'a', version: 1, isPermanent: false }))).toBe(1);
    expect(refusal(() => deleteVersion(one.registry, { subject: 'a', version: 1, isPermanent: false }))).toBe(
      "40406 Subject 'a' Version 1 was soft deleted.Set permanent=true to delete permanently",
    );
    expect(one.registry.versions('a', 'left out').map(({ version }) => version)).toEqual([2]);
    expect(one.registry.byId(1)).toHaveLength(1);
    expect(refusal(() => deleteSubject(one.registry, 'a', { isPermanent: true }))).toBe(
      "40405 Subject 'a' was not deleted first before being permanently deleted",
    );
    expect(one.record(deleteSubject(one.registry, 'a', { isPermanent: false }))).toEqual([2]);
    expect(refusal(() => deleteSubject(one.registry, 'a', { isPermanent: false }))).toBe(
      "40404 Subject 'a' was soft deleted.Set permanent=true to delete permanently",
    );
    expect(refusal(() => one.registry.versions('a', 'left out'))).toBe("40401 Subject 'a' not found.");
    expect(one.register('a', '"int"')).toBe(1);
    expect(one.registry.version('a', 'latest').version).toBe(3);
    one.record(deleteSubject(one.registry, 'a', { isPermanent: false }));
    expect(one.record(deleteSubject(one.registry, 'a', { isPermanent: true }))).toEqual([1, 2, 3]);
    expect(refusal(() => one.registry.byId(1))).toBe('40403 Schema 1 not found');
    expect(one.registry.state.subjects('with others')).toEqual([]);
    // Ids are not given again.
    expect(one.register('a', '"boolean"')).toBe(3);
  });
});

describe('settings', () => {
  it('come from the subject, its context, all, or the default', () => {
    const one = new RecordedRegistry();
    const { registry } = one;
    const set = (subject: string | undefined, level: string): unknown =>
      one.record(changeConfig(registry, subject, new Map([['compatibility', level]])));
    expect(registry.level(':.x:a')).toBe('BACKWARD');
    set(undefined, 'FULL');
    expect(registry.level(':.x:a')).toBe('FULL');
    set(':.x:', 'NONE');
    expect([registry.level(':.x:a'), registry.level('a')]).toEqual(['NONE', 'FULL']);
    set(':.x:a', 'FORWARD');
    expect(registry.level(':.x:a')).toBe('FORWARD');
    expect(one.record(deleteConfig(registry, ':.x:a')).compatibilityLevel).toBe('FORWARD');
    expect(registry.level(':.x:a')).toBe('NONE');
    expect(refusal(() => deleteConfig(registry, ':.x:a'))).toBe("40401 Subject ':.x:a' not found.");
    expect(refusal(() => set('a', 'SOME'))).toContain('42203 Invalid compatibility level.');
  });

  it('keep writers out', () => {
    const one = new RecordedRegistry();
    one.register('a', '"int"');
    const { registry } = one;
    one.record(changeMode(registry, undefined, { mode: 'READONLY', isForced: false }));
    const readOnly = '42205 Subject a in context . is in read-only mode';
    expect(refusal(() => one.register('a', '"long"'))).toBe(readOnly);
    expect(refusal(() => deleteSubject(registry, 'a', { isPermanent: false }))).toBe(readOnly);
    one.record(changeMode(registry, 'a', { mode: 'READWRITE', isForced: false }));
    expect(one.register('a', '"long"')).toBe(2);
    one.record(changeMode(registry, undefined, { mode: 'READONLY_OVERRIDE', isForced: false }));
    expect(refusal(() => one.register('a', '"float"'))).toBe(readOnly);
    expect(refusal(() => changeMode(registry, 'a', { mode: 'IMPORT', isForced: false }))).toBe(
      '42205 Cannot import since found existing subjects',
    );
    expect(refusal(() => changeMode(registry, 'a', { mode: 'SOME', isForced: false }))).toContain('42204');
    expect(one.record(deleteMode(registry, 'a'))).toBe('READWRITE');
  });

  it('normalize where it is asked for or configured', () => {
    const one = new RecordedRegistry();
    const spelled = '{"type":"int","b":1,"a":2}';
    one.register('a', spelled);
    one.record(changeConfig(one.registry, 'b', new Map([['normalize', true]])));
    one.register('b', spelled);
    const texts = ['a', 'b'].map((subject) => one.registry.version(subject, 'latest').schema);
    expect(texts).toEqual([spelled, '{"type":"int","a":2,"b":1}']);
  });
});

describe('the topic', () => {
  it('gives the same registry when it is read again, whole or compacted', () => {
    const one = new RecordedRegistry();
    one.register('a', '"int"');
    one.register('a', '"long"');
    one.register('b', { schema: '{"type":"record","name":"R","fields":[]}' });
    one.register('c', {
      schema: '{"type":"array","items":"R"}',
      references: [{ name: 'R', subject: 'b', version: 1 }],
      metadata: new Map([['properties', new Map([['owner', 'x']])]]),
    });
    one.record(
      changeConfig(
        one.registry,
        'c',
        new Map<string, string | boolean>([
          ['compatibility', 'NONE'],
          ['normalize', true],
          ['alias', 'd'],
        ]),
      ),
    );
    one.record(changeMode(one.registry, 'b', { mode: 'READONLY', isForced: false }));
    one.record(deleteVersion(one.registry, { subject: 'a', version: 1, isPermanent: false }));
    one.record(deleteVersion(one.registry, { subject: 'a', version: 1, isPermanent: true }));
    one.record(deleteSubject(one.registry, 'c', { isPermanent: false }));
    const whole = wholeState(one.registry);
    expect(wholeState(one.replayed({ compacted: false }))).toEqual(whole);
    expect(wholeState(one.replayed({ compacted: true }))).toEqual(whole);
  });
});

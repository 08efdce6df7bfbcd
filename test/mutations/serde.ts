import type { Mutation } from './mutation.ts';

/** Bugs of formats: bytes read and written as something else. */
export const serdeMutations: readonly Mutation[] = [
  {
    name: 'a Protobuf message that stands in pieces is its last piece',
    file: 'src/serde/protobuf/reader-code.ts',
    find: 'if (${local} === null) { ${start} = s;',
    replace: 'if (true) { ${start} = s;',
    suite: ['test/serde/protobuf.test.ts'],
  },
  {
    name: 'a Protobuf column that is null has the default although it may be told from it',
    file: 'src/serde/protobuf/reader-code.ts',
    find: 'const isNull = field.hasPresence && field.isRequired !== true;',
    replace: 'const isNull = false;',
    suite: ['test/serde/protobuf.test.ts'],
  },
  {
    name: 'a length of more than one byte lies over what it is the length of',
    file: 'src/serde/protobuf/put.ts',
    find: 'bytes.copyWithin(start + 1 + more, start + 1, end);',
    replace: '',
    suite: ['test/serde/protobuf.test.ts'],
  },
  {
    name: 'a minus zero of JSON is a negative number',
    file: 'src/serde/json/coercion.ts',
    find: 'Decimal.parse(text)?.unscaled === 0n ? 0 : value',
    replace: 'Decimal.parse(text)?.unscaled === 0n ? value : value',
    suite: ['test/serde/json.test.ts'],
  },
  {
    name: 'a field of Avro that was renamed has not been written',
    file: 'src/serde/objects/avro-reader.ts',
    find: '?? fields.find(({ aliases }) => aliases.includes(name))',
    replace: '',
    suite: ['test/serde/objects/avro.test.ts'],
  },
  {
    name: 'a default of Avro is the same object in all values',
    file: 'src/serde/objects/avro-reader.ts',
    find: 'this.tables.push(make);',
    replace: 'const one = make(); this.tables.push(() => one);',
    suite: ['test/serde/objects/avro.test.ts'],
  },
  {
    name: 'members of a oneof stay beside the last one',
    file: 'src/serde/objects/protobuf-reader.ts',
    find: '.map(([, local]) => `${local} = undefined;`)',
    replace: ".map(() => '')",
    suite: ['test/serde/objects/protobuf.test.ts'],
  },
  {
    name: 'a record of another message is read',
    file: 'src/serde/objects/protobuf-codec.ts',
    find: 'if (found?.name !== own.name) {',
    replace: 'if (found === null) {',
    suite: ['test/serde/objects/protobuf.test.ts'],
  },
  {
    name: 'a schema is registered where it is only to be looked up',
    file: 'src/serde/objects/registered-values.ts',
    find: 'return autoRegisterSchemas ? registry.register(subject, text) : registry.lookup(subject, text);',
    replace: 'return registry.register(subject, text);',
    suite: ['test/streams/schema-serdes.test.ts'],
  },
  {
    name: 'rows of a store by an earlier schema cannot be read',
    file: 'src/serde/objects/registered-values.ts',
    find: 'for (const each of versions) this.#known.learn(each);',
    replace: '',
    suite: ['test/streams/runtime/registered-serdes.test.ts'],
  },
  {
    name: 'a value of JSON that may be of several types is of the first one',
    file: 'src/serde/json-sr/choices.ts',
    find: 'if (isOfType(choice, json)) return index;',
    replace: 'return index;',
    suite: ['test/serde/json-sr.test.ts'],
  },
];

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
];

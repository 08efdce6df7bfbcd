import type { Mutation } from './mutation.ts';

export const registryMutations: readonly Mutation[] = [
  {
    name: 'a float does not read what was written as a long',
    file: 'src/registry/languages/avro/compatibility.ts',
    find: "float: ['int', 'long'],",
    replace: "float: ['int'],",
    suite: ['test/registry/languages/avro.test.ts'],
  },
  {
    name: 'a member of a oneof may go',
    file: 'src/registry/languages/protobuf/compatibility.ts',
    find: "else if (!all.has(field.tag)) this.#add('ONEOF_FIELD_REMOVED');",
    replace: '',
    suite: ['test/registry/languages/protobuf.test.ts'],
  },
  {
    name: 'properties that are not described may be closed out',
    file: 'src/registry/languages/json-schema/compare-objects.ts',
    find: 'if (reader === false) return writer === false ? [] : found(rules.removed);',
    replace: 'if (reader === false) return [];',
    suite: ['test/registry/languages/json-schema.test.ts'],
  },
  {
    name: 'the id of a schema that is gone is given again',
    file: 'src/registry/subjects/schema-ids.ts',
    find: 'return this.#idMax;',
    replace: 'return Math.max(0, ...this.#byId.keys());',
    suite: ['test/registry/subjects'],
  },
  {
    name: 'a transitive level compares with the latest version alone',
    file: 'src/registry/subjects/check-compatibility.ts',
    find: "level.endsWith('_TRANSITIVE') ? newestFirst : newestFirst.slice(0, 1)",
    replace: 'newestFirst.slice(0, 1)',
    suite: ['test/registry/subjects'],
  },
  {
    name: 'two registrations are decided on one state',
    file: 'src/server/registry/registry-service.ts',
    find: 'this.#last = change.catch(() => undefined);',
    replace: '',
    suite: ['test/server/registry/registry-rest.test.ts'],
  },
  {
    name: 'each branch of a union is compared with each other one',
    file: 'src/registry/languages/avro/compatibility.ts',
    find: 'this.#branches?.candidates(reader, writer) ?? reader.branches',
    replace: 'reader.branches',
    suite: ['test/registry/languages/comparison-work.test.ts'],
  },
  {
    name: 'a topic of schemas that was made anew is taken for the one of before',
    file: 'src/server/registry/schemas-topic.ts',
    find: "if (id !== this.#topicId) throw this.#lose(id === undefined ? 'is gone' : 'was made anew');",
    replace: '',
    suite: ['test/server/registry/schemas-topic.test.ts'],
  },
  {
    name: 'an expression of patternProperties that is too costly covers nothing',
    file: 'src/registry/languages/json-schema/property-patterns.ts',
    find: 'throw refusals.patternTooCostly(pattern, name.length);',
    replace: 'return false;',
    suite: ['test/registry/languages/comparison-work.test.ts'],
  },
];

import type { Mutation } from './mutation.ts';

export const wireMutations: readonly Mutation[] = [
  {
    name: 'a field is written one version too late',
    file: 'src/protocol/messages/01-fetch.ts',
    find: "sessionId: int32({ versions: '7+', ignorable: true }),\n    ",
    replace: "sessionId: int32({ versions: '8+', ignorable: true }),\n    ",
    suite: ['test/protocol'],
  },
  {
    name: 'zstd is taken before version 7 of Produce',
    file: 'broker/handlers/00-produce.ts',
    find: '=== ZSTD && this.#context.apiVersion < ZSTD_VERSION_MIN',
    replace: '=== ZSTD && this.#context.apiVersion < 0',
    suite: ['test/broker/handlers/edges.test.ts'],
  },
  {
    name: 'a varint of five bytes is measured as four',
    file: 'src/base/varint.ts',
    find: 'value < 0x10000000 ? 4 : 5',
    replace: '4',
    suite: ['test/base', 'test/protocol'],
  },
  {
    name: 'text that is no UTF-8 is read though nothing can write it again',
    file: 'src/base/bytes-reader.ts',
    find: 'if (length > TEXT_BYTES_SAFE && Buffer.byteLength(text) > STRING_BYTES_MAX) stringTooLong();',
    replace: '',
    suite: ['test/base/bytes.test.ts'],
  },
  {
    name: 'the id of a member is longer than a string may be',
    file: 'broker/coordinators/group/member-id.ts',
    find: 'if (Buffer.byteLength(prefix) <= PREFIX_BYTES_MAX) return prefix;',
    replace: 'return prefix;',
    suite: ['test/broker/coordinators/group/membership.test.ts'],
  },
  {
    name: 'a request that names ten thousand partitions is answered in one turn of the event loop',
    file: 'broker/handlers/map-in-slices.ts',
    find: 'partitions.push(map(partition, topic));\n      if (slice.isOver) await slice.next();',
    replace: 'partitions.push(map(partition, topic));',
    suite: ['test/broker/handlers/requests-of-many.test.ts'],
  },
];

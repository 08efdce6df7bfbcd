// Which of the fast tests CI runs on the newest Node alone; all others run on every Node that package.json allows. What is
// listed nowhere, a new folder too, runs on all of them.

/**
 * They compute: from texts and bytes to texts and bytes, on a clock and a network of their own where they need one. The type
 * check knows no more of the language than ES2023 has, and no more of Node than 20 has, so that an older one has all that they
 * call. `test/architecture/one-node.test.ts` holds that they touch no socket, process, thread or native module. SQL functions
 * and values are not among them: their zones and names of months are those of the Node.
 */
export const PURE_TESTS = [
  'test/architecture',
  'test/architecture.test.ts',
  'test/conformance/qtt.test.ts',
  'test/conformance/sql-tests.test.ts',
  'test/grammar',
  'test/mutations',
  'test/registry',
  'test/serde',
  'test/sim',
  'test/sql/analysis',
  'test/sql/bound',
  'test/sql/entities',
  'test/sql/explain',
  'test/sql/expressions',
  'test/sql/messages',
  'test/sql/optimizer',
  'test/sql/physical',
  'test/sql/queries',
  'test/sql/types',
  'test/streams/logical',
  'test/streams/topology',
  'test/streams/types',
];

/** They hold the documentation to the programs, and the programs are started and stopped on every Node by `test/e2e`. */
export const TESTS_OF_DOCS = ['test/docs'];

/** Patterns of all of them, for the test runner: it leaves them out where `MILLRACE_TESTS=of-every-node` is set. */
export const onOneNode = [...PURE_TESTS, ...TESTS_OF_DOCS].map((place) =>
  place.endsWith('.ts') ? place : `${place}/**`,
);

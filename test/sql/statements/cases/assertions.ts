import type { StatementCase } from '../statement-case.ts';

export const assertTopic: StatementCase = {
  answers: [
    ['ASSERT TOPIC orders;', { '@type': 'assert_topic', topicName: 'orders', exists: true }],
    [
      "ASSERT TOPIC 'orders' WITH (PARTITIONS=1, replicas=1) TIMEOUT 1 SECOND;",
      { '@type': 'assert_topic', topicName: 'orders', exists: true },
    ],
    [
      'ASSERT NOT EXISTS TOPIC nowhere WITH (PARTITIONS=7);',
      { '@type': 'assert_topic', topicName: 'nowhere', exists: false },
    ],
  ],
  // What it finds not to be so is no mistake in the statement: see test/server/assertions.test.ts.
  refusals: [],
};

export const assertSchema: StatementCase = {
  answers: [
    [
      "ASSERT NOT EXISTS SCHEMA SUBJECT 'orders-value';",
      { '@type': 'assert_schema', subject: 'orders-value', id: null, exists: false },
    ],
    [
      'ASSERT NOT EXISTS SCHEMA ID 77 TIMEOUT 1 SECOND;',
      { '@type': 'assert_schema', subject: null, id: 77, exists: false },
    ],
  ],
  refusals: [['ASSERT SCHEMA TIMEOUT 1 SECOND;', 'much include a subject name or an id']],
};

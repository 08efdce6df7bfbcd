import type { AssertTopic, Property } from '../../../grammar/ast.ts';
import { formatExpression } from '../../../grammar/printer/expressions.ts';
import type { TopicFacts } from '../analysis/session.ts';
import { refuse } from '../analysis/sql-error.ts';
import { entityOf } from '../entities/statement-entity.ts';
import { assertionMessages, topicPropertyProblems } from '../messages/assertions.ts';
import { untilHolds } from './assertion.ts';
import type { DirectStatement } from './definition.ts';

type AssertTopicResult = {
  readonly kind: 'assertedTopic';
  readonly text: string;
  readonly topic: string;
  readonly exists: boolean;
};

/** ASSERT [NOT EXISTS] TOPIC. */
export const assertTopic: DirectStatement<AssertTopic, AssertTopicResult> = {
  family: 'direct',
  isAssertion: true,
  topicNeed: () => 'nothing',
  check: () => undefined,
  async execute({ statement: { topic, exists, properties, timeout }, text, host, ...rest }) {
    const look = async (): Promise<void> => {
      const facts = (await host.describeTopics([topic])).get(topic);
      const problem = problemOf({ topic, exists, properties }, facts);
      if (problem !== undefined) throw refuse(problem);
    };
    await untilHolds(look, { timeout, defaultProperty: 'ksql.assert.topic.default.timeout.ms' }, rest);
    return { kind: 'assertedTopic', text, topic, exists };
  },
  entity: ({ text, topic, exists }) =>
    Promise.resolve(entityOf('assert_topic', text, { topicName: topic, exists })),
};

/** Properties of a topic that is not to be there are not looked at, as in ksqlDB. */
function problemOf(
  { topic, exists, properties }: Pick<AssertTopic, 'topic' | 'exists' | 'properties'>,
  facts: TopicFacts | undefined,
): ReturnType<typeof assertionMessages.topicMissing> | undefined {
  if (!exists) return facts === undefined ? undefined : assertionMessages.topicThere(topic);
  if (facts === undefined) return assertionMessages.topicMissing(topic);
  const problems = properties.flatMap((property) => propertyProblem(topic, property, facts) ?? []);
  return problems.length === 0 ? undefined : assertionMessages.topicDiffers(problems);
}

const PROPERTIES = { PARTITIONS: 'partitions', REPLICAS: 'replicas' } as const satisfies Readonly<
  Record<string, keyof TopicFacts>
>;

function propertyProblem(topic: string, { name, value }: Property, facts: TopicFacts): string | undefined {
  if (name !== 'PARTITIONS' && name !== 'REPLICAS') return topicPropertyProblems.unknown(name);
  const property = PROPERTIES[name];
  const actual = facts[property];
  // A text is no number of partitions, whatever it says.
  if (value.kind === 'IntegerLiteral' && Number(value.text) === actual) return undefined;
  const expected = value.kind === 'StringLiteral' ? value.value : formatExpression(value);
  return topicPropertyProblems.differs(topic, property, { expected, actual });
}

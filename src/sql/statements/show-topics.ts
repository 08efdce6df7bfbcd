import { hiddenTopics } from '../analysis/reserved-topics.ts';
import type { TopicFacts } from '../analysis/session.ts';
import { entityOf } from '../entities/statement-entity.ts';
import type { ShowDefinition } from './show-definition.ts';

type TopicsResult = {
  readonly kind: 'topics';
  readonly text: string;
  readonly extended: boolean;
  readonly topics: ReadonlyMap<string, TopicFacts>;
};

/** SHOW TOPICS, and SHOW ALL TOPICS with the internal ones. */
export const showTopics: ShowDefinition<TopicsResult> = {
  async execute({ statement: { extended, all }, text, host, context }) {
    const topics = await host.listTopics();
    const isHidden = hiddenTopics(context.properties);
    const shown = [...topics].filter(([name]) => all || !isHidden(name));
    return { kind: 'topics', text, extended, topics: new Map(shown) };
  },
  entity({ text, extended, topics }) {
    const entries = [...topics].map(([name, { partitions, replicas }]) => ({
      name,
      replicaInfo: Array.from({ length: partitions }, () => replicas),
    }));
    const type = extended ? 'kafka_topics_extended' : 'kafka_topics';
    return Promise.resolve(entityOf(type, text, { topics: entries }));
  },
};

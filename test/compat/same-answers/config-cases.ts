import { topicConfigs } from '../../../broker/index.ts';
import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import { describeConfigs } from '../../../src/protocol/messages/32-describe-configs.ts';
import { alterConfigs } from '../../../src/protocol/messages/33-alter-configs.ts';
import { incrementalAlterConfigs } from '../../../src/protocol/messages/44-incremental-alter-configs.ts';
import { type AnswerCase, conversation, requests } from './answer-case.ts';
import { wantedTopic } from './world.ts';

const SET = 0;
const DELETE = 1;
const APPEND = 2;
const SUBTRACT = 3;

/** Those that Apache Kafka 4.3 has too: two of tiered storage are newer. */
const TOPIC_CONFIGS = Object.keys(topicConfigs).filter((name) => !name.startsWith('remote.copy.lag'));
const TOPIC = 2;
const BROKER = 4;

const configs = requests(describeConfigs, [1, 2, 3, 4], {
  'a topic': () => ({
    resources: [{ resourceType: TOPIC, resourceName: 'compacted', configurationKeys: null }],
    includeSynonyms: false,
  }),
  'a topic with synonyms': () => ({
    resources: [
      { resourceType: TOPIC, resourceName: 'compacted', configurationKeys: ['no.such', ...TOPIC_CONFIGS] },
    ],
    includeSynonyms: true,
  }),
  'no keys': () => ({
    resources: [{ resourceType: TOPIC, resourceName: 'one', configurationKeys: [] }],
    includeSynonyms: false,
  }),
  'a topic that is not': () => ({
    resources: [{ resourceType: TOPIC, resourceName: 'missing', configurationKeys: null }],
    includeSynonyms: false,
  }),
  'a topic whose name is none': () => ({
    resources: [
      { resourceType: TOPIC, resourceName: 'no good', configurationKeys: null },
      { resourceType: TOPIC, resourceName: '', configurationKeys: null },
    ],
    includeSynonyms: false,
  }),
  'settings of the broker': () => ({
    resources: [
      {
        resourceType: BROKER,
        resourceName: '1',
        configurationKeys: [
          'log.retention.ms',
          'num.partitions',
          'message.max.bytes',
          'log.retention.hours',
          'log.cleanup.policy',
          'compression.type',
          'auto.create.topics.enable',
        ],
      },
    ],
    includeSynonyms: true,
  }),
  'the default of brokers': () => ({
    resources: [{ resourceType: BROKER, resourceName: '', configurationKeys: ['log.retention.ms'] }],
    includeSynonyms: false,
  }),
  'another broker': () => ({
    resources: [{ resourceType: BROKER, resourceName: '77', configurationKeys: null }],
    includeSynonyms: false,
  }),
  'a broker that is not a number': () => ({
    resources: [{ resourceType: BROKER, resourceName: 'x', configurationKeys: null }],
    includeSynonyms: false,
  }),
});

const documented = requests(describeConfigs, [3, 4], {
  'types and documentation': () => ({
    resources: [
      {
        resourceType: TOPIC,
        resourceName: 'one',
        configurationKeys: ['cleanup.policy', 'retention.ms', 'preallocate'],
      },
    ],
    includeSynonyms: false,
    includeDocumentation: false,
  }),
});

const altering = conversation('IncrementalAlterConfigs', [0, 1], async (peer, version) => {
  const name = `altered-${version}`;
  await peer.send(createTopics, 7, { topics: [wantedTopic(name)], timeoutMs: 10_000, validateOnly: false });
  await peer.learn(name);
  type Change = readonly [name: string, operation: number, value: string | null];
  const ask = (changes: readonly Change[], resourceName = name, resourceType = TOPIC) =>
    peer.ask(incrementalAlterConfigs, version, {
      resources: [
        {
          resourceType,
          resourceName,
          configs: changes.map(([key, configOperation, value]) => ({ name: key, configOperation, value })),
        },
      ],
      validateOnly: false,
    });
  const show = async (key: string, wanted?: string): Promise<void> => {
    const question = {
      resources: [{ resourceType: TOPIC, resourceName: name, configurationKeys: [key] }],
      includeSynonyms: true,
    };
    // What the controller has decided reaches the broker a moment later.
    if (wanted !== undefined)
      await peer.until(
        describeConfigs,
        4,
        question,
        ({ results }) => results[0]?.configs[0]?.value === wanted,
      );
    await peer.ask(describeConfigs, 4, question);
  };
  await ask([['retention.ms', SET, '1000']]);
  await show('retention.ms', '1000');
  await ask([['retention.ms', DELETE, null]]);
  await show('retention.ms', '604800000');
  await ask([['retention.bytes', DELETE, null]]);
  await ask([['cleanup.policy', APPEND, 'compact']]);
  await show('cleanup.policy', 'delete,compact');
  await ask([['cleanup.policy', APPEND, 'compact']]);
  await ask([['cleanup.policy', SUBTRACT, 'delete']]);
  await show('cleanup.policy', 'compact');
  await ask([['cleanup.policy', SUBTRACT, 'compact']]);
  await show('cleanup.policy', '');
  await ask([['cleanup.policy', APPEND, 'nonsense']]);
  await ask([['retention.ms', APPEND, '1']]);
  await ask([['retention.ms', SUBTRACT, '1']]);
  await ask([['retention.ms', SET, null]]);
  await ask([['cleanup.policy', APPEND, null]]);
  await ask([['retention.ms', SET, 'soon']]);
  await ask([['no.such', SET, '1']]);
  await ask([['no.such', DELETE, null]]);
  await ask([['no.such', APPEND, '1']]);
  await ask([
    ['retention.ms', SET, '1'],
    ['retention.ms', SET, '2'],
  ]);
  await ask([
    ['retention.ms', SET, '1'],
    ['retention.ms', DELETE, null],
  ]);
  await ask([]);
  await ask([['retention.ms', SET, '1']], 'missing');
  await ask([['retention.ms', SET, '1']], 'no good');
  await ask([['retention.ms', SET, '1']], '');
  await ask([['log.retention.ms', SET, '1']], 'x', BROKER);
  await ask([['log.retention.ms', SET, 'soon']], '', BROKER);
  await ask([['x', SET, '1']], '1', 99);
  const same = {
    resourceType: TOPIC,
    resourceName: name,
    configs: [{ name: 'retention.ms', configOperation: SET, value: '5' }],
  };
  await peer.ask(incrementalAlterConfigs, version, { resources: [same, same], validateOnly: false });
  await peer.ask(incrementalAlterConfigs, version, { resources: [same], validateOnly: true });
  await peer.ask(incrementalAlterConfigs, version, { resources: [], validateOnly: false });
  await show('retention.ms');
});

const replacing = conversation('AlterConfigs', [0, 1, 2], async (peer, version) => {
  const name = `replaced-${version}`;
  await peer.send(createTopics, 7, {
    topics: [wantedTopic(name, 1, { 'retention.bytes': '7' })],
    timeoutMs: 10_000,
    validateOnly: false,
  });
  await peer.learn(name);
  const ask = (key: string, value: string | null, resourceName = name) =>
    peer.ask(alterConfigs, version, {
      resources: [{ resourceType: TOPIC, resourceName, configs: [{ name: key, value }] }],
      validateOnly: false,
    });
  await ask('retention.ms', '1000');
  const question = {
    resources: [
      { resourceType: TOPIC, resourceName: name, configurationKeys: ['retention.ms', 'retention.bytes'] },
    ],
    includeSynonyms: false,
  };
  await peer.until(describeConfigs, 4, question, ({ results }) =>
    (results[0]?.configs ?? []).some(({ value }) => value === '1000'),
  );
  await peer.ask(describeConfigs, 4, question);
  await ask('retention.ms', null);
  await ask('retention.ms', 'soon');
  await ask('no.such', '1');
  await ask('retention.ms', '1', 'missing');
});

export const configCases: readonly AnswerCase[] = [...configs, ...documented, altering, replacing];

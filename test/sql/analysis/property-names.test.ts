import { describe, expect, it } from 'vitest';
import { propertyName, sessionOverServer } from '../../../src/sql/analysis/property-names.ts';
import { emptySession, withProperty } from '../../../src/sql/statements/session.ts';
import { optionsOfProperties } from '../../../src/streams/runtime/streams-properties.ts';

const prefixed = (names: readonly string[]): readonly string[] =>
  names.flatMap((name) => [name, `ksql.streams.${name}`]);

/** All names that a setting goes by. */
const families = {
  'auto.offset.reset': prefixed([
    'auto.offset.reset',
    'consumer.auto.offset.reset',
    'main.consumer.auto.offset.reset',
  ]),
  'max.poll.records': prefixed([
    'max.poll.records',
    'consumer.max.poll.records',
    'main.consumer.max.poll.records',
  ]),
  'linger.ms': prefixed(['linger.ms', 'producer.linger.ms']),
  'commit.interval.ms': prefixed(['commit.interval.ms']),
  'statestore.cache.max.bytes': prefixed(['statestore.cache.max.bytes', 'cache.max.bytes.buffering']),
} as const;

const pairs = Object.entries(families).flatMap(([setting, names]) =>
  names.flatMap((server) => names.map((session) => [setting, server, session] as const)),
);

/** What Streams is told, as text: 111 stands for what the server says, 222 for what the session says. */
function told(setting: string, properties: Readonly<Record<string, string>>): string {
  if (setting === 'auto.offset.reset') return JSON.stringify(properties['auto.offset.reset']);
  return JSON.stringify(optionsOfProperties(properties));
}

describe('what the session says counts over what the server says', () => {
  it.each(pairs)('%s: of the server %s, of the session %s', (setting, server, session) => {
    const text = told(setting, sessionOverServer({ [server]: '111' }, { [session]: '222' }));
    expect(text).toContain('222');
    expect(text).not.toContain('111');
  });

  it.each(pairs)('%s: of the server %s, where the session says nothing', (setting, server) => {
    expect(told(setting, sessionOverServer({ [server]: '111' }, {}))).toContain('111');
  });

  it('leaves the server what it says of the other clients', () => {
    const merged = sessionOverServer(
      { 'request.timeout.ms': '111' },
      { 'consumer.request.timeout.ms': '222' },
    );
    expect(optionsOfProperties(merged)).toMatchObject({
      consumer: { requestTimeoutMs: 222 },
      producer: { requestTimeoutMs: 111 },
    });
  });
});

describe('what is set for one client counts more than what is set for all', () => {
  const names = ['max.poll.records', 'consumer.max.poll.records', 'main.consumer.max.poll.records'];
  it.each([names, names.toReversed(), [...names.slice(1), ...names.slice(0, 1)]])(
    'given as %s, %s, %s',
    (...order) => {
      const properties = Object.fromEntries(order.map((name) => [name, String(1 + names.indexOf(name))]));
      expect(optionsOfProperties(properties)).toMatchObject({ consumer: { pollRecordsMax: 3 } });
    },
  );

  it.each([
    ['statestore.cache.max.bytes', 'cache.max.bytes.buffering'],
    ['cache.max.bytes.buffering', 'statestore.cache.max.bytes'],
  ])('and a new name more than an old one: %s before %s', (...order) => {
    const properties = Object.fromEntries(
      order.map((name) => [name, name.startsWith('statestore') ? '222' : '111']),
    );
    expect(JSON.stringify(optionsOfProperties(properties))).toContain('222');
  });
});

describe('SET and UNSET', () => {
  const sameName = pairs.filter(([, one, other]) => propertyName(one) === propertyName(other));
  it.each(sameName)('%s: %s, then %s', (_, first, second) => {
    const set = withProperty(emptySession, first, '111');
    expect(withProperty(withProperty(set, second, '222'), first, '333').properties).toEqual({
      [first]: '333',
    });
    expect(withProperty(set, second, '222').properties).toEqual({ [second]: '222' });
    expect(withProperty(set, second, undefined).properties).toEqual({});
  });
});

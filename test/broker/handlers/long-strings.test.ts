import { afterEach, describe, expect, it } from 'vitest';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { apis } from '../../../src/protocol/apis.ts';
import type { Message } from '../../../src/protocol/message.ts';
import { apiVersions } from '../../../src/protocol/messages/18-api-versions.ts';
import type { Field, Fields, FieldType } from '../../../src/protocol/schema.ts';
import { includesVersion } from '../../../src/protocol/version-range.ts';
import { NetworkPeerChannels } from '../../../broker/server/network-peer-channels.ts';
import { defaultValue } from '../../protocol/message-arbitrary.ts';
import { TestBrokers } from '../running-broker.ts';

/** As long as a string of the protocol may be, and as long where it takes three bytes a character. */
const LONGEST = { 'of letters': 'x'.repeat(32_767), 'of other scripts': '\u20ac'.repeat(10_922) };

/** A request in which every string is `text`, and every list has one element. */
function filled(message: Message, version: number, text: string): object {
  return struct(message.fields, version, text);
}

function struct(fields: Fields, version: number, text: string): object {
  const present = Object.entries(fields).filter(([, field]) => includesVersion(field.versions, version));
  return Object.fromEntries(present.map(([name, field]) => [name, value(field, field.type, version, text)]));
}

function value(field: Field, type: FieldType, version: number, text: string): unknown {
  switch (type.kind) {
    case 'string':
      return text;
    case 'array':
      return [value(field, type.element, version, text)];
    case 'struct':
      return struct(type.fields, version, text);
    case 'bool':
      return false;
    case 'bytes':
      return Buffer.from('bytes');
    case 'uuid':
    case 'records':
      return type === field.type ? defaultValue(field) : 'BwcHBwcHBwcHBwcHBwcHBw';
    default:
      // Of lists and of what has a default that means "none"; times and timeouts are short.
      return type === field.type && field.default !== 0 ? field.default : 1;
  }
}

describe('strings that are as long as they may be', () => {
  const brokers = new TestBrokers();
  afterEach(() => brokers.close());

  it.each(Object.entries(LONGEST))('stop no broker, in any request: %s', async (_what, text) => {
    const failures: unknown[] = [];
    const broker = await brokers.start(
      { 'controller.quorum.request.timeout.ms': 1_000 },
      { onFailure: (failure) => failures.push(failure) },
    );
    // The client id is one of them, too.
    const channels = new NetworkPeerChannels({
      environment: nodeEnvironment,
      clientId: text,
      requestTimeoutMs: 20_000,
      connectTimeoutMs: 2_000,
      responseBytesMax: 2 ** 30,
    });
    const client = channels.to(0, broker.address);
    const { apiKeys } = await client.send(apiVersions, 0, {});
    expect(apiKeys.length).toBeGreaterThan(25);
    for (const { apiKey, minVersion, maxVersion } of apiKeys) {
      const api = apis[apiKey as keyof typeof apis];
      for (let version = Math.max(minVersion, api.versions.min); version <= maxVersion; version++) {
        const request = filled(api.request as Message, version, text);
        // What cannot be answered closes the connection, and the next request opens another one.
        await client.send(api as never, version, request as never).catch(() => undefined);
        expect(failures, `${api.name} v${version}`).toEqual([]);
      }
    }
    await client.send(apiVersions, 0, {});
    channels.close();
  });
});

import { api } from '../message.ts';
import { array, bool, int16, int32, int8, string, struct } from '../schema.ts';

/**
 * DescribeConfigs (key 32, versions 1-4): tells the configuration of topics, brokers and groups.
 *
 * - v1: synonyms and sources (KIP-226)
 * - v3: documentation and types (KIP-569)
 * - v4: flexible (KIP-482)
 */
export const describeConfigs = api({
  key: 32,
  name: 'DescribeConfigs',
  versions: '1-4',
  flexible: '4+',
  listeners: ['broker', 'controller'],
  request: struct({
    resources: array(
      struct({
        resourceType: int8(),
        resourceName: string(),
        configurationKeys: array(string(), { nullable: '0+' }),
      }),
    ),
    includeSynonyms: bool(),
    includeDocumentation: bool({ versions: '3+' }),
  }),
  response: struct({
    throttleTimeMs: int32(),
    results: array(
      struct({
        errorCode: int16(),
        errorMessage: string({ nullable: '0+' }),
        resourceType: int8(),
        resourceName: string(),
        configs: array(
          struct({
            name: string(),
            value: string({ nullable: '0+' }),
            readOnly: bool(),
            configSource: int8({ default: -1, ignorable: true }),
            isSensitive: bool(),
            synonyms: array(struct({ name: string(), value: string({ nullable: '0+' }), source: int8() }), {
              ignorable: true,
            }),
            configType: int8({ versions: '3+', ignorable: true }),
            documentation: string({ versions: '3+', nullable: '0+', ignorable: true }),
          }),
        ),
      }),
    ),
  }),
});

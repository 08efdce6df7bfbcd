import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { findCoordinator } from '../../../src/protocol/messages/10-find-coordinator.ts';
import { describeGroups } from '../../../src/protocol/messages/15-describe-groups.ts';
import { offsetCommit } from '../../../src/protocol/messages/08-offset-commit.ts';
import { saslHandshake } from '../../../src/protocol/messages/17-sasl-handshake.ts';
import { describeAcls } from '../../../src/protocol/messages/29-describe-acls.ts';
import { createAcls } from '../../../src/protocol/messages/30-create-acls.ts';
import { deleteAcls } from '../../../src/protocol/messages/31-delete-acls.ts';
import { metadata } from '../../../src/protocol/messages/03-metadata.ts';
import { saslAuthenticate } from '../../../src/protocol/messages/36-sasl-authenticate.ts';
import { TestBrokers, type TestClient } from '../running-broker.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';

/** What a Kafka broker answers where nothing is set up: no SASL, no authorizer, and here no transactions. */
describe('without security and transactions', () => {
  const brokers = new TestBrokers();
  let client: TestClient;

  beforeAll(async () => {
    client = brokers.to(await brokers.start({}));
  });

  afterAll(() => brokers.close());

  it('SASL is out of place on a listener without it', async () => {
    const handshake = await client.send(saslHandshake, 1, { mechanism: 'PLAIN' });
    expect(handshake).toEqual({ errorCode: ErrorCode.ILLEGAL_SASL_STATE, mechanisms: [] });
    const authenticate = await client.send(saslAuthenticate, 2, { authBytes: Buffer.from('\0a\0b') });
    expect(authenticate.errorCode).toBe(ErrorCode.ILLEGAL_SASL_STATE);
  });

  it('there are no ACLs without an authorizer', async () => {
    const filter = {
      resourceTypeFilter: 1,
      resourceNameFilter: null,
      patternTypeFilter: 1,
      principalFilter: null,
      hostFilter: null,
      operation: 1,
      permissionType: 1,
    };
    const described = await client.send(describeAcls, 3, filter);
    expect(described).toMatchObject({ errorCode: ErrorCode.SECURITY_DISABLED, resources: [] });
    const acl = { resourceType: 2, resourceName: 't', principal: 'User:a', host: '*', operation: 3 };
    const creation = { ...acl, permissionType: 3 };
    const created = await client.send(createAcls, 3, { creations: [creation, creation] });
    expect(created.results.map(({ errorCode }) => errorCode)).toEqual([
      ErrorCode.SECURITY_DISABLED,
      ErrorCode.SECURITY_DISABLED,
    ]);
    const deleted = await client.send(deleteAcls, 3, { filters: [filter] });
    expect(deleted.filterResults).toMatchObject([
      { errorCode: ErrorCode.SECURITY_DISABLED, matchingAcls: [] },
    ]);
  });

  it('a client may do anything with a group, and is told so only when it asks', async () => {
    await client.send(metadata, 9, { topics: [{ name: 'topic' }] });
    await client.send(findCoordinator, 3, { key: 'group' });
    const topics = [{ name: 'topic', partitions: [{ partitionIndex: 0, committedOffset: 1 }] }];
    const commit = (): Promise<number | undefined> =>
      client
        .send(offsetCommit, 7, { groupId: 'group', topics })
        .then((response) => response.topics[0]?.partitions[0]?.errorCode);
    await expect.poll(commit, { timeout: PATIENCE_MS }).toBe(ErrorCode.NONE);
    const told = async (includeAuthorizedOperations: boolean): Promise<(number | undefined)[]> => {
      const request = { groups: ['group', 'missing'], includeAuthorizedOperations };
      const { groups } = await client.send(describeGroups, 6, request);
      return groups.map(({ authorizedOperations }) => authorizedOperations);
    };
    const notAsked = -2147483648;
    expect(await told(false)).toEqual([notAsked, notAsked]);
    // READ, DELETE, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS, by Kafka's codes of AclOperation.
    const all = (1 << 3) | (1 << 6) | (1 << 8) | (1 << 10) | (1 << 11);
    expect(await told(true)).toEqual([all, notAsked]);
  });
});

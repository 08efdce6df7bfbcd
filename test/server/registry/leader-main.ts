import { GroupMember } from '../../../src/client/group/group-member.ts';
import {
  chooseLeader,
  decodeAssignment,
  decodeIdentity,
  encodeAssignment,
  encodeIdentity,
} from '../../../src/server/registry/leader/identity.ts';

/**
 * A member of a group of registries at a port that nobody listens on, whose session is longer than a test waits; to be killed. It leads, since
 * its URL comes first. Arguments: Kafka and the group. Prints a line when it leads.
 */
const [bootstrapServers = '', groupId = ''] = process.argv.slice(2);

new GroupMember({
  bootstrapServers,
  groupId,
  protocolType: 'sr',
  protocolName: 'v0',
  metadata: encodeIdentity({ host: '127.0.0.1', port: 1, scheme: 'http', isEligible: true }),
  sessionTimeoutMs: 600_000,
  heartbeatIntervalMs: 100,
  rebalanceTimeoutMs: 600_000,
  assign: (members) => {
    const known = members.map(({ memberId, metadata }) => ({ memberId, identity: decodeIdentity(metadata) }));
    return new Map(members.map(({ memberId }) => [memberId, encodeAssignment(chooseLeader(known))]));
  },
  onAssigned: (bytes, memberId) =>
    console.log(decodeAssignment(bytes)?.memberId === memberId ? 'leads' : 'follows'),
  onLost: (why) => console.error(String(why)),
}).start();

import type { ClientSettings } from '../config/settings.ts';
import { LANES_OF_MANY } from './broker-channels.ts';
import { ClusterLink } from './cluster-link.ts';

/**
 * Settings of a client that are about its connections: those that share them have the same. How long an answer may take is not
 * among them: each sends it along with its requests, and one that is overdue ends the connection for all, who open it again.
 */
const OF_CONNECTIONS = [
  'bootstrapServers',
  'connectTimeoutMs',
  'retryBackoffMs',
  'retryBackoffMsMax',
  'reconnectBackoffMs',
  'reconnectBackoffMsMax',
  'connectionsIdleMsMax',
] as const satisfies readonly (keyof ClientSettings)[];

/**
 * Connections and metadata that clients of one process share, as far as their settings of connections agree. Each of them
 * keeps its own client id, which it sends with its requests, and closes for itself: connections end with the last one.
 * Fetches are left out: each client that fetches has a connection of its own for them.
 */
export class SharedConnections {
  readonly #links = new Map<string, ClusterLink>();

  /** The link of clients with such settings; a client joins it, and leaves it when it closes. */
  linkFor(settings: ClientSettings): ClusterLink {
    const key = JSON.stringify(OF_CONNECTIONS.map((name) => settings[name]));
    const known = this.#links.get(key);
    // One that all have left is closed.
    if (known !== undefined && known.users > 0) return known;
    const link = new ClusterLink(settings, LANES_OF_MANY);
    this.#links.set(key, link);
    return link;
  }
}

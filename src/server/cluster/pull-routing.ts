import { messageOf, OperationalError } from '../../base/errors.ts';
import type { PartPlace, PullQuery, RowPages } from '../../sql/index.ts';
import type { PullPage, PullPages, PullReader, PullRequest } from '../rest/pull-reader.ts';
import { RequestProperty } from '../rest/request-properties.ts';
import { RestError } from '../rest/rest-error.ts';
import { acceptedAs, forwardedRows } from './forwarded-rows.ts';
import { allPages, began, discard } from './begun-pages.ts';
import type { PeerClient } from './peer-client.ts';

/** What a query may read besides the rows of those that run its tasks. */
export interface PullSettings {
  /** `ksql.query.pull.enable.standby.reads` */
  readonly standbyReads: boolean;
  /** `ksql.query.pull.max.allowed.offset.lag` */
  readonly allowedOffsetLag: number;
  /** `ksql.query.pull.forwarding.timeout.ms` */
  readonly forwardingTimeoutMs: number;
}

interface RoutingOptions {
  /** `host:port` of this server. */
  readonly self: () => string;
  readonly peers: PeerClient;
  readonly settingsOf: (request: PullRequest) => PullSettings;
  /** Why a server is not asked for now; undefined where it is. */
  readonly whyDead: (host: string) => string | undefined;
  /** How far a server is behind in a partition of a store; undefined where that is not known. */
  readonly lagOf: (
    host: string,
    of: { readonly query: PullQuery; readonly place: PartPlace },
  ) => number | undefined;
}

/** A partition that has still to be read, and who may be asked for it. */
interface OpenPart {
  readonly partition: number;
  readonly hosts: readonly string[];
}

/**
 * Reads pull queries from the servers that have the rows, as ksqlDB's HARouting does: each partition from the one that runs its task or,
 * where the request allows it, from one with a standby task that is alive and not too far behind. A server that does not answer
 * before its first row is passed over for the next one; one that fails later fails the query, whose client may have
 * rows of it.
 */
export class PullRouting implements PullReader {
  readonly #options: RoutingOptions;

  constructor(options: RoutingOptions) {
    this.#options = options;
  }

  async read(query: PullQuery, request: PullRequest): Promise<PullPages> {
    const { skipsForwarding, partitions } = request.properties;
    const { standbyReads: allowStale } = this.#options.settingsOf(request);
    if (skipsForwarding) return this.#readHere(query, [...(partitions ?? [undefined])], { allowStale });
    const here = query.reads === 'key' ? await whereHere(query) : undefined;
    if (here?.pages !== undefined) return here.pages;
    const places = await query.places();
    // Servers have no addresses, or the group has not met yet.
    if (places.length === 0) {
      if (here !== undefined) throw here.error;
      return pagesOf(await query.read({}));
    }
    return this.#gather(query, request, places);
  }

  /** Reads all parts, each from one server. */
  async #gather(query: PullQuery, request: PullRequest, places: readonly PartPlace[]): Promise<PullPages> {
    let open: OpenPart[] = [...this.#openParts(query, request, places)];
    const read: PullPages[] = [];
    while (open.length > 0) {
      const groups = byFirstHost(open);
      const begun = await Promise.allSettled(
        groups.map(([host, parts]) => this.#begin(host, { query, request, parts })),
      );
      open = [];
      for (const [index, result] of begun.entries()) {
        if (result.status === 'fulfilled') read.push(result.value);
        else open.push(...nextHosts(groups[index]?.[1] ?? [], result.reason));
      }
      const exhausted = open.find(({ hosts }) => hosts.length === 0);
      if (exhausted === undefined) continue;
      await Promise.all(read.map(discard));
      const failed = begun.flatMap((each) => (each.status === 'rejected' ? [messageOf(each.reason)] : []));
      throw notAvailable(`Exhausted standby hosts to try. The last has told: ${failed.join('; ')}`);
    }
    return allPages(read);
  }

  /** @throws {OperationalError} where a partition has nobody that may be asked, in ksqlDB's words. */
  #openParts(query: PullQuery, request: PullRequest, places: readonly PartPlace[]): readonly OpenPart[] {
    const settings = this.#options.settingsOf(request);
    const scanned = places.map((place) => {
      const all = [...(place.active === undefined ? [] : [place.active]), ...place.standbys];
      return {
        partition: place.partition,
        hosts: all.map((host) => ({ host, why: this.#whyNot(host, { query, place, settings }) })),
      };
    });
    const empty = scanned.filter(({ hosts }) => hosts.every(({ why }) => why !== undefined));
    if (empty.length > 0) {
      const texts = empty.map(({ partition, hosts }) => {
        const told = hosts.map(({ host, why }) => `${host} was not selected because ${why}`).join(', ');
        return `Partition ${partition} failed to find valid host. Hosts scanned: [${told}]`;
      });
      throw notAvailable(`[${texts.join(', ')}]`);
    }
    return scanned.map(({ partition, hosts }) => ({
      partition,
      hosts: hosts.flatMap(({ host, why }) => (why === undefined ? [host] : [])),
    }));
  }

  #whyNot(
    host: string,
    of: { readonly query: PullQuery; readonly place: PartPlace; readonly settings: PullSettings },
  ): string | undefined {
    const { self, whyDead, lagOf } = this.#options;
    const { place, settings } = of;
    if (!settings.standbyReads && host !== place.active) {
      return 'Host is not the active host for this partition.';
    }
    const dead = host === self() ? undefined : whyDead(host);
    if (dead !== undefined) return dead;
    const lag = lagOf(host, of);
    return lag === undefined || lag <= settings.allowedOffsetLag
      ? undefined
      : `Host is too stale because lag: ${lag} exceeds allowed lag: ${settings.allowedOffsetLag}`;
  }

  #begin(
    host: string,
    of: { readonly query: PullQuery; readonly request: PullRequest; readonly parts: readonly OpenPart[] },
  ): Promise<PullPages> {
    const partitions = of.parts.map(({ partition }) => partition);
    const { self, settingsOf } = this.#options;
    if (host !== self()) return this.#forward(host, { ...of, partitions });
    return this.#readHere(of.query, partitions, { allowStale: settingsOf(of.request).standbyReads });
  }

  async #readHere(
    query: PullQuery,
    partitions: readonly (number | undefined)[],
    { allowStale }: { readonly allowStale: boolean },
  ): Promise<PullPages> {
    const parts = partitions.map((partition) => (partition === undefined ? {} : { partition }));
    const read = await Promise.all(parts.map((part) => query.read({ ...part, allowStale })));
    return allPages(read.map(pagesOf));
  }

  async #forward(
    host: string,
    {
      query,
      request,
      partitions,
    }: { readonly query: PullQuery; readonly request: PullRequest; readonly partitions: readonly number[] },
  ): Promise<PullPages> {
    const { prepared, passes, gone } = request;
    const { peers, settingsOf } = this.#options;
    const { properties, variables } = prepared.session;
    const answer = await peers.post({
      host,
      path: '/query-stream',
      accept: acceptedAs[passes],
      timeoutMs: settingsOf(request).forwardingTimeoutMs,
      signal: gone.signal,
      body: {
        sql: prepared.text,
        properties,
        sessionVariables: Object.fromEntries(variables),
        requestProperties: {
          [RequestProperty.PULL_SKIP_FORWARDING]: true,
          [RequestProperty.INTERNAL]: true,
          [RequestProperty.PULL_PARTITIONS]: partitions.join(','),
        },
      },
    });
    return began(textPages(forwardedRows(answer, { host, query, passes })));
  }
}

/** The row of a key is read here first: where it is elsewhere, that is found out without a look at who has what. */
async function whereHere(
  query: PullQuery,
): Promise<
  | { readonly pages: PullPages; readonly error?: undefined }
  | { readonly pages?: undefined; readonly error: unknown }
> {
  try {
    return { pages: pagesOf(await query.read({})) };
  } catch (error) {
    if (!isNotHere(error)) throw error;
    return { error };
  }
}

const isNotHere = (error: unknown): boolean =>
  error instanceof OperationalError && error.code === 'STORE_NOT_AVAILABLE';

/** Parts by the server that is asked for them first. */
function byFirstHost(parts: readonly OpenPart[]): readonly (readonly [string, readonly OpenPart[]])[] {
  const groups = new Map<string, OpenPart[]>();
  for (const part of parts) {
    const [host = ''] = part.hosts;
    const group = groups.get(host);
    if (group === undefined) groups.set(host, [part]);
    else group.push(part);
  }
  return [...groups];
}

/** The servers that are left for parts that one could not give. @throws what is wrong with the query itself. */
function nextHosts(parts: readonly OpenPart[], error: unknown): readonly OpenPart[] {
  const isOfServer = error instanceof OperationalError || (error instanceof RestError && error.status >= 500);
  if (!isOfServer) throw error;
  return parts.map(({ partition, hosts }) => ({ partition, hosts: hosts.slice(1) }));
}

function notAvailable(why: string): OperationalError {
  return new OperationalError('STORE_NOT_AVAILABLE', `Unable to execute pull query: ${why}`, {
    retriable: true,
  });
}

function pagesOf(rows: RowPages): PullPages {
  return Array.isArray(rows) ? rows.map((page) => ({ rows: page })) : laterPages(rows);
}

async function* laterPages(rows: RowPages): AsyncGenerator<PullPage, void> {
  for await (const page of rows) yield { rows: page };
}

async function* textPages(lines: AsyncIterable<readonly string[]>): AsyncGenerator<PullPage, void> {
  for await (const texts of lines) yield { texts };
}

import { eventually } from '../../server/platform.ts';
import { readAll } from '../ledger.ts';
import { sleep } from '../millrace-process.ts';
import { ServiceProcesses } from '../service-kill/service-processes.ts';
import { register, RegisteringClients, schemaAt } from './registering-clients.ts';

interface KillRunOptions {
  readonly servers: number;
  readonly kills: number;
  readonly clients: number;
  /** How long a killed server stays away, and how long all run before the next one is killed. */
  readonly awayMs: number;
  readonly betweenMs: number;
}

/** What a run has shown. */
export interface KillRunResult {
  readonly registered: number;
  readonly lookUps: number;
  /** Look-ups of ids that the server had not read yet. */
  readonly late: number;
  /** Of each kill, the longest time in which nothing was acknowledged. */
  readonly withoutWritesMs: readonly number[];
  readonly wrong: readonly string[];
  /** Acknowledged schemas that a server does not have under their id, when all is over. */
  readonly lost: readonly string[];
  /** Ids and versions that the topic has for two schemas. */
  readonly twice: readonly string[];
  readonly errors: ReadonlyMap<string, number>;
}

/** The schema registry that leads its group is killed, again and again, while clients register and look up at all of them. */
export async function killRun(options: KillRunOptions): Promise<KillRunResult> {
  const service = new ServiceProcesses(['schema.registry.port=0']);
  try {
    await service.start(options.servers);
    await setCompatibility(service.alive[0] ?? '');
    return await killWhileRegistering(service, options);
  } finally {
    await service.close();
  }
}

/** The subject that all clients share has schemas that have nothing to do with each other. */
async function setCompatibility(url: string): Promise<void> {
  const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' };
  const { ok } = await fetch(`${url}/config`, { method: 'PUT', headers, body: '{"compatibility":"NONE"}' });
  if (!ok) throw new Error('the level was not set');
}

async function killWhileRegistering(
  service: ServiceProcesses,
  options: KillRunOptions,
): Promise<KillRunResult> {
  const clients = new RegisteringClients({ clients: options.clients, alive: () => service.alive });
  clients.start();
  const withoutWritesMs: number[] = [];
  for (let kill = 0; kill < options.kills; kill += 1) {
    await sleep(options.betweenMs);
    const leader = await leaderOf(service);
    const killedAtMs = performance.now();
    await service.kill(leader);
    await sleep(options.awayMs);
    await service.restart();
    withoutWritesMs.push(clients.longestPauseMs(killedAtMs));
  }
  await sleep(options.betweenMs);
  await clients.stop();
  const { acknowledged, lookUps, late, wrong, errors } = clients;
  const lost = await lostSchemas(service, acknowledged);
  const twice = twiceIn((await readAll(service.bootstrap, '_schemas')).flat());
  return { registered: acknowledged.length, lookUps, late, withoutWritesMs, wrong, lost, twice, errors };
}

/** By its place among the servers. */
async function leaderOf(service: ServiceProcesses): Promise<number> {
  return eventually(async () => {
    const answers = await Promise.all(
      service.alive.map((url) => register({ url, subject: 'leader', schema: '"int"', isForwarded: true })),
    );
    const leaders = [...answers.keys()].filter((server) => typeof answers[server] === 'number');
    return leaders.length === 1 ? leaders[0] : undefined;
  });
}

/** Waits until each server has what was acknowledged; what never comes is named. */
async function lostSchemas(
  service: ServiceProcesses,
  acknowledged: RegisteringClients['acknowledged'],
): Promise<readonly string[]> {
  const lost: string[] = [];
  for (const url of service.alive) {
    for (const { schema, id } of acknowledged) {
      const found = await eventually(() => schemaAt(url, id)).catch(() => undefined);
      if (found !== schema) lost.push(`${id} at ${url}: ${found} for ${schema}`);
    }
  }
  return lost;
}

interface SchemaValue {
  readonly subject?: string;
  readonly version?: number;
  readonly id?: number;
  readonly schema?: string;
}

/** Ids of two schemas, and versions of a subject that were written twice. */
function twiceIn(values: readonly string[]): readonly string[] {
  const [schemas, versions] = [new Map<number, string>(), new Map<string, string>()];
  const twice: string[] = [];
  for (const value of values) {
    const { subject, version, id, schema } = (JSON.parse(value) ?? {}) as SchemaValue;
    if (id === undefined || schema === undefined) continue;
    const place = `version ${version} of ${subject}`;
    if ((schemas.get(id) ?? schema) !== schema) twice.push(`id ${id}: ${schemas.get(id)} and ${schema}`);
    if (versions.has(place)) twice.push(`${place}: ${versions.get(place)} and ${schema}`);
    schemas.set(id, schema);
    versions.set(place, schema);
  }
  return twice;
}

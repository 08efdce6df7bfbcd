import type { FastifyInstance } from 'fastify';
import {
  deleteSubject,
  deleteVersion,
  type SchemaRegistry,
  type StoredSchema,
  subjectAt,
} from '../../registry/index.ts';
import { versionEntity } from './entities.ts';
import { writing } from './forward-writes.ts';
import {
  type Body,
  deletedOf,
  flag,
  page,
  type Query,
  queryPairs,
  queryText,
  schemaRequestOf,
  versionOf,
} from './request-values.ts';
import type { RegistryServices } from './routes.ts';

interface SubjectRoute {
  Params: { context?: string; subject: string };
  Querystring: Query;
  Body: Body;
}

interface VersionRoute {
  Params: { context?: string; subject: string; version: string };
  Querystring: Query;
  Body: Body;
}

/** `/subjects` and `/compatibility`. */
export function addSubjectRoutes(app: FastifyInstance, services: RegistryServices): void {
  addReads(app, services);
  addWrites(app, services);
  addCompatibility(app, services);
}

function addReads(app: FastifyInstance, { registry }: RegistryServices): void {
  app.get<{ Params: { context?: string }; Querystring: Query }>('/subjects', ({ params, query }) =>
    registry.read(({ state }) =>
      page(withPrefix(state.subjects(deletedOf(query)), { params, query }), query),
    ),
  );
  app.get<SubjectRoute>('/subjects/:subject/versions', ({ params, query }) =>
    registry.read((all) => {
      const asNegative = flag(query, 'deletedAsNegative');
      const versions = all.versions(
        all.resolve(subjectAt(params)),
        asNegative ? 'with others' : deletedOf(query),
      );
      return page(
        versions.map(({ version, isDeleted }) => (asNegative && isDeleted ? -version : version)),
        query,
      );
    }),
  );
  app.get<VersionRoute>('/subjects/:subject/versions/:version', ({ params, query }) =>
    registry.read((all) => {
      const stored = versionAsked(all, { params, query });
      return versionEntity(stored, formatted(all, stored, query));
    }),
  );
  app.get<VersionRoute>('/subjects/:subject/versions/:version/schema', async ({ params, query }, reply) =>
    reply.send(await registry.read((all) => formatted(all, versionAsked(all, { params, query }), query))),
  );
  app.get<VersionRoute>('/subjects/:subject/versions/:version/referencedby', ({ params, query }) =>
    registry.read((all) => {
      const { subject, version } = versionAsked(all, { params, query });
      const users = all.state.users(subject, version);
      return [...new Set(users.filter(({ isDeleted }) => !isDeleted).map(({ id }) => id))];
    }),
  );
  app.get<SubjectRoute>('/subjects/:subject/metadata', ({ params, query }) =>
    registry.read((all) => {
      const subject = all.resolve(subjectAt(params));
      return versionEntity(all.latestWithMetadata(subject, queryPairs(query), deletedOf(query)));
    }),
  );
}

function addWrites(app: FastifyInstance, { registry }: RegistryServices): void {
  app.post<SubjectRoute>('/subjects/:subject', ({ params, query, body }) =>
    registry.read((all) => {
      const normalize = flag(query, 'normalize');
      const deleted = deletedOf(query);
      const subject = all.resolve(subjectAt(params));
      return versionEntity(all.lookup(subject, schemaRequestOf(body), { normalize, deleted }));
    }),
  );
  const options = writing(registry);
  app.post<SubjectRoute>('/subjects/:subject/versions', options, async ({ params, query, body }) => {
    const request = schemaRequestOf(body);
    const normalize = flag(query, 'normalize');
    const id = await registry.change((all) =>
      all.register(all.resolve(subjectAt(params)), request, { normalize }),
    );
    return { id };
  });
  app.delete<SubjectRoute>('/subjects/:subject', options, ({ params, query }) =>
    registry.change((all) =>
      deleteSubject(all, all.resolve(subjectAt(params)), { isPermanent: flag(query, 'permanent') }),
    ),
  );
  app.delete<VersionRoute>(
    '/subjects/:subject/versions/:version',
    options,
    async ({ params, query }, reply) => {
      const version = versionOf(params.version);
      const isPermanent = flag(query, 'permanent');
      const deleted = await registry.change((all) =>
        deleteVersion(all, { subject: all.resolve(subjectAt(params)), version, isPermanent }),
      );
      // A number is a text for the router.
      return reply.send(String(deleted));
    },
  );
}

function addCompatibility(app: FastifyInstance, { registry }: RegistryServices): void {
  app.post<SubjectRoute>('/compatibility/subjects/:subject/versions', ({ params, query, body }) =>
    registry.read((all) => compatibility(all, { subject: subjectAt(params), version: 'all', query, body })),
  );
  app.post<VersionRoute>('/compatibility/subjects/:subject/versions/:version', ({ params, query, body }) =>
    registry.read((all) =>
      compatibility(all, { subject: subjectAt(params), version: versionOf(params.version), query, body }),
    ),
  );
}

function compatibility(
  registry: SchemaRegistry,
  {
    subject,
    version,
    query,
    body,
  }: {
    readonly subject: string;
    readonly version: ReturnType<typeof versionOf> | 'all';
    readonly query: Query;
    readonly body: Body;
  },
): Readonly<Record<string, unknown>> {
  const request = schemaRequestOf(body);
  const messages = registry.incompatibilities(registry.resolve(subject), request, {
    version,
    normalize: flag(query, 'normalize'),
  });
  const isCompatible = messages.length === 0;
  return { is_compatible: isCompatible, ...(flag(query, 'verbose') ? { messages } : {}) };
}

function versionAsked(
  registry: SchemaRegistry,
  { params, query }: { readonly params: VersionRoute['Params']; readonly query: Query },
): StoredSchema {
  return registry.version(registry.resolve(subjectAt(params)), versionOf(params.version), deletedOf(query));
}

/** The text of a schema in the format that was asked for. */
export function formatted(registry: SchemaRegistry, stored: StoredSchema, query: Query): string {
  const format = queryText(query, 'format');
  return format === undefined || format === ''
    ? stored.schema
    : registry.parsed.stored(stored).format(format);
}

/** Subjects that begin with what was asked for: `:*:` in any context, which is what is meant by default. */
export function withPrefix(
  subjects: readonly string[],
  { params, query }: { readonly params: { readonly context?: string }; readonly query: Query },
): readonly string[] {
  const asked = queryText(query, 'subjectPrefix') ?? (params.context === undefined ? ':*:' : '');
  if (asked.startsWith(':*:')) {
    const prefix = asked.slice(3);
    return subjects.filter((subject) => subject.replace(/^:\.[^:]*:/, '').startsWith(prefix));
  }
  const prefix = subjectAt({ ...params, subject: asked });
  return subjects.filter((subject) => subject.startsWith(prefix));
}

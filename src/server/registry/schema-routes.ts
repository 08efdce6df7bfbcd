import type { FastifyInstance } from 'fastify';
import {
  subjectAt,
  DEFAULT_CONTEXT,
  refusals,
  type SchemaRegistry,
  type StoredSchema,
} from '../../registry/index.ts';
import { schemaEntity, versionEntity } from './entities.ts';
import { PreparedBodies } from './prepared-bodies.ts';
import { deletedOf, flag, idOf, page, type Query, queryText } from './request-values.ts';
import type { RegistryServices } from './routes.ts';
import { formatted, withPrefix } from './subject-routes.ts';

interface IdRoute {
  Params: { context?: string; id: string };
  Querystring: Query;
}

interface GuidRoute {
  Params: { guid: string };
  Querystring: Query;
}

/** `/schemas` */
export function addSchemaRoutes(app: FastifyInstance, services: RegistryServices): void {
  const { registry } = services;
  app.get('/schemas/types', () => registry.types);
  app.get<{ Params: { context?: string }; Querystring: Query }>('/schemas', ({ params, query }) =>
    registry.read(({ state }) => {
      const subjects = withPrefix(state.subjects('with others'), { params, query });
      const all = subjects.map((subject) => state.versions(subject, deletedOf(query)));
      const asked = flag(query, 'latestOnly') ? all.map((versions) => versions.slice(-1)) : all;
      return page(asked.flat(), query).map((stored) => versionEntity(stored));
    }),
  );
  addIds(app, services);
  addGuids(app, services);
}

function addIds(app: FastifyInstance, { registry }: RegistryServices): void {
  const prepared = new PreparedBodies();
  app.get<IdRoute>('/schemas/ids/:id', ({ params, query }) =>
    registry.read((all) => {
      // What consumers ask for: nothing but the id.
      const stored = isPlain({ params, query })
        ? all.state.ids.first(DEFAULT_CONTEXT, idOf(params.id))
        : undefined;
      return stored === undefined ? schemaAsked(all, { params, query }) : prepared.of(stored);
    }),
  );
  app.get<IdRoute>('/schemas/ids/:id/schema', async ({ params, query }, reply) =>
    reply.send(
      await registry.read((all) => {
        const [stored] = placesAsked(all, { params, query });
        return formatted(all, stored, query);
      }),
    ),
  );
  app.get<IdRoute>('/schemas/ids/:id/subjects', ({ params, query }) =>
    registry.read((all) => {
      const places = shown(placesAsked(all, { params, query }), query);
      return page([...new Set(places.map(({ subject }) => subject))], query);
    }),
  );
  app.get<IdRoute>('/schemas/ids/:id/versions', ({ params, query }) =>
    registry.read((all) => {
      const places = shown(placesAsked(all, { params, query }), query);
      return page(
        places.map(({ subject, version }) => ({ subject, version })),
        query,
      );
    }),
  );
}

function addGuids(app: FastifyInstance, { registry }: RegistryServices): void {
  app.get<GuidRoute>('/schemas/guids/:guid', ({ params, query }) =>
    registry.read((all) => {
      const [place] = all.state.ids.ofGuid(params.guid);
      const [stored] = place === undefined ? [] : all.state.ids.places(...place);
      if (stored === undefined) throw refusals.schemaIdNotFound(params.guid);
      return { guid: params.guid, ...schemaEntity(stored, formatted(all, stored, query)) };
    }),
  );
  app.get<GuidRoute>('/schemas/guids/:guid/ids', ({ params }) =>
    registry.read(({ state }) => {
      const places = state.ids.ofGuid(params.guid);
      if (places.length === 0) throw refusals.schemaIdNotFound(params.guid);
      return places.map(([context, id]) => ({ context, id }));
    }),
  );
}

interface IdAsked {
  readonly params: IdRoute['Params'];
  readonly query: Query;
}

function isPlain({ params, query }: IdAsked): boolean {
  if (params.context !== undefined) return false;
  for (const _name in query) return false;
  return true;
}

function schemaAsked(registry: SchemaRegistry, asked: IdAsked): Readonly<Record<string, unknown>> {
  const [stored] = placesAsked(registry, asked);
  const entity = schemaEntity(stored, formatted(registry, stored, asked.query));
  if (!flag(asked.query, 'fetchMaxId')) return entity;
  return { ...entity, maxId: registry.state.ids.idMax(DEFAULT_CONTEXT) };
}

/** The versions that have an id; one at least. @throws {RegistryRefusal} 40403. */
function placesAsked(
  registry: SchemaRegistry,
  { params, query }: IdAsked,
): readonly [StoredSchema, ...StoredSchema[]] {
  const id = idOf(params.id);
  const subject = queryText(query, 'subject') ?? '';
  const place = params.context === undefined ? subject : subjectAt({ context: params.context, subject });
  const [first, ...others] = registry.byId(id, registry.resolve(place));
  if (first === undefined) throw refusals.schemaIdNotFound(id);
  return [first, ...others];
}

function shown(places: readonly StoredSchema[], query: Query): readonly StoredSchema[] {
  return flag(query, 'deleted') ? places : places.filter(({ isDeleted }) => !isDeleted);
}

import type { FastifyInstance } from 'fastify';
import {
  changeConfig,
  changeMode,
  deleteConfig,
  deleteMode,
  refusals,
  type SchemaRegistry,
  type SubjectConfig,
} from '../../registry/index.ts';
import { configEntity } from './entities.ts';
import { writing } from './forward-writes.ts';
import { type Body, bodyObject, flag, type Query, settingsPlace } from './request-values.ts';
import type { RegistryServices } from './routes.ts';

interface SettingsRoute {
  Params: { context?: string; subject?: string };
  Querystring: Query;
  Body: Body;
}

/** `/config` and `/mode`, each of all, of a context, or of a subject. */
export function addSettingsRoutes(app: FastifyInstance, services: RegistryServices): void {
  for (const path of ['/config', '/config/:subject']) addConfig(app, services, path);
  for (const path of ['/mode', '/mode/:subject']) addMode(app, services, path);
}

function addConfig(app: FastifyInstance, { registry }: RegistryServices, path: string): void {
  app.get<SettingsRoute>(path, ({ params, query }) =>
    registry.read((all) => {
      const place = settingsPlace(params);
      return configEntity(configAsked(all, place, flag(query, 'defaultToGlobal')), 'compatibilityLevel');
    }),
  );
  app.put<SettingsRoute>(path, writing(registry), async ({ params, body }) => {
    const request = bodyObject(body);
    const config = await registry.change((all) => changeConfig(all, settingsPlace(params), request));
    return configEntity(config, 'compatibility');
  });
  app.delete<SettingsRoute>(path, writing(registry), async ({ params }) => {
    const config = await registry.change((all) => deleteConfig(all, settingsPlace(params)));
    return configEntity(config, 'compatibilityLevel');
  });
}

/** @throws {RegistryRefusal} 40408 where a subject has no config of its own, and no other one will do. */
function configAsked(
  registry: SchemaRegistry,
  place: string | undefined,
  isDefaulted: boolean,
): SubjectConfig {
  const own = registry.state.config(place);
  if (own === undefined && place !== undefined && !isDefaulted)
    throw refusals.compatibilityNotConfigured(place);
  return { ...(own ?? { others: new Map() }), compatibilityLevel: registry.level(place) };
}

function addMode(app: FastifyInstance, { registry }: RegistryServices, path: string): void {
  app.get<SettingsRoute>(path, ({ params, query }) =>
    registry.read((all) => {
      const place = settingsPlace(params);
      const isOwn = all.state.mode(place) !== undefined;
      if (!isOwn && place !== undefined && !flag(query, 'defaultToGlobal'))
        throw refusals.modeNotConfigured(place);
      return { mode: all.mode(place) };
    }),
  );
  app.put<SettingsRoute>(path, writing(registry), async ({ params, query, body }) => {
    const value = bodyObject(body).get('mode');
    const mode = typeof value === 'string' ? value : '';
    const isForced = flag(query, 'force');
    return {
      mode: await registry.change((all) => changeMode(all, settingsPlace(params), { mode, isForced })),
    };
  });
  app.delete<SettingsRoute>(path, writing(registry), async ({ params }) => ({
    mode: await registry.change((all) => deleteMode(all, settingsPlace(params))),
  }));
}

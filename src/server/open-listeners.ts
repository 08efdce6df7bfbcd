import type { TlsOptions } from 'node:tls';
import type { Address } from '../base/environment.ts';
import type { LifecycleStage } from '../base/lifecycle.ts';
import { listenerAddress } from './cluster/cluster-parts.ts';
import type { ServerConfig } from './config/server-properties.ts';
import type { Logger } from '../base/logger.ts';
import type { WantedAddress } from './http/listen-or-free.ts';
import { listen } from './http/listen.ts';
import { registryListener } from './registry/registry-listener.ts';
import { addRoutes, type Services } from './routes.ts';
import { internalTlsOf } from './security/tls-options.ts';
import { ANSWERS_STOP_MS_MAX } from './stop-limits.ts';

/** URLs of the listeners of a server. */
export interface Listening {
  readonly url: string;
  /** Of the one for the other servers of the service, where they have one of their own. */
  readonly internalUrl?: string;
  /** Of the schema registry's own port. */
  readonly registryUrl?: string;
}

interface WantedListeners {
  readonly listen: Address;
  readonly registryListen?: WantedAddress;
  readonly logger: Logger;
}

interface ListenerOptions {
  readonly settings: ServerConfig;
  readonly tls: TlsOptions | undefined;
  readonly services: Services;
}

/**
 * Opens the listener of a server, with `ksql.internal.listener` the one for the other servers of its service, and that of the schema
 * registry where it has a port of its own.
 */
export async function openListeners(
  stage: LifecycleStage,
  { listen: address, registryListen, logger }: WantedListeners,
  { settings, tls, services }: ListenerOptions,
): Promise<Listening> {
  const open = async (
    name: string,
    at: Address,
    {
      isInternal,
      tls: own,
    }: { readonly isInternal?: boolean | undefined; readonly tls: TlsOptions | undefined },
  ): Promise<string> => {
    const of = { ...services, ...(isInternal === undefined ? {} : { isInternal }) };
    const { url } = await stage.start({
      name,
      open: () => listen(at, { settings, tls: own, addTo: (app) => addRoutes(app, of) }),
      close: ({ front }) => front.end({ limitMs: ANSWERS_STOP_MS_MAX }),
    });
    return url;
  };
  const internal = settings.find('ksql.internal.listener');
  const url = await open('the HTTP listener', address, {
    tls,
    isInternal: internal === undefined ? undefined : false,
  });
  const parts = { settings, tls, logger, services, stopMsMax: ANSWERS_STOP_MS_MAX };
  const registry = registryListen && (await stage.start(registryListener(registryListen, parts)));
  const listening = { url, ...(registry === undefined ? {} : { registryUrl: registry.url }) };
  if (internal === undefined) return listening;
  const at = listenerAddress('ksql.internal.listener', internal);
  const internalTls = internal.startsWith('https://') ? internalTlsOf(settings) : undefined;
  const internalUrl = await open('the internal listener', at, { isInternal: true, tls: internalTls });
  return { ...listening, internalUrl };
}

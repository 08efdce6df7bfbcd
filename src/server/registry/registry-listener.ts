import { type Listening, listenOrFree, type WantedAddress } from '../http/listen-or-free.ts';
import { addRegistryApp, type AppServices } from './registry-app.ts';

type Opened = Awaited<ReturnType<typeof listenOrFree>>;

/** The registry's own port, to be opened and closed with others of a server. */
export function registryListener(
  address: WantedAddress,
  {
    services,
    stopMsMax,
    ...options
  }: Omit<Listening, 'addTo'> & {
    readonly services: AppServices;
    /** For answers that are under way when it closes. */
    readonly stopMsMax: number;
  },
): {
  readonly name: string;
  readonly open: () => Promise<Opened>;
  readonly close: (opened: Opened) => Promise<void>;
} {
  return {
    name: "the schema registry's listener",
    open: () => listenOrFree(address, { ...options, addTo: (app) => addRegistryApp(app, services) }),
    close: ({ front }) => front.end({ limitMs: stopMsMax }),
  };
}

import type { Lifecycle } from '../../base/lifecycle.ts';
import { Admin } from '../../client/admin/admin.ts';
import type { StreamsAppSettings } from './streams-app-options.ts';
import type { StreamsHost } from './streams-host.ts';
import { TopicAccess } from './topic-access.ts';

/** What an application asks about its topics where it has no host: an admin client of its own, which ends with its life. */
export async function ownAccess(
  life: Lifecycle,
  { environment, bootstrapServers, clientId }: StreamsAppSettings,
): Promise<Pick<StreamsHost, 'admin' | 'topics'>> {
  const admin = await life.start({
    name: 'the admin client',
    open: () => new Admin({ environment, bootstrapServers, clientId: `${clientId}-admin` }),
    close: (opened) => opened.close(),
  });
  return { admin, topics: new TopicAccess(admin, environment) };
}

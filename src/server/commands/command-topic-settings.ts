import type { Environment } from '../../base/environment.ts';
import type { Logger } from '../../base/logger.ts';
import type { ServerConfig } from '../config/server-properties.ts';
import { CommandBackup } from './command-backup.ts';
import { commandTopicOf } from './restore-command-topic.ts';

/** What a server's settings say of its command topic. The folder of the backup is made where there is to be one. */
export function commandTopicSettings(
  settings: ServerConfig,
  { environment, logger }: { readonly environment: Environment; readonly logger: Logger },
) {
  const topic = commandTopicOf(settings.get('ksql.service.id'));
  const skipDamage = settings.get('ksql.command.topic.skip.damage');
  const location = settings.get('ksql.metastore.backup.location');
  const count = settings.find('ksql.internal.topic.replicas');
  const minInSync = settings.find('ksql.internal.topic.min.insync.replicas');
  return {
    topic,
    skipDamage,
    replicas: {
      ...(count === undefined ? {} : { count }),
      ...(minInSync === undefined ? {} : { minInSync }),
    },
    backup: settings.get('ksql.enable.metastore.backup')
      ? new CommandBackup({ environment, location, topic, logger, skipDamage })
      : undefined,
  };
}

import { Admin } from '../src/client/index.ts';
import { clientOptions, type ConnectionOptions } from './connection.ts';

/** Runs an action with an admin client that is closed whatever happens. */
export async function withAdmin(
  options: ConnectionOptions,
  action: (admin: Admin) => Promise<void>,
): Promise<void> {
  const admin = new Admin(await clientOptions(options));
  try {
    await action(admin);
  } finally {
    await admin.close();
  }
}

/** A worker for tests. Each item contains its own outcome. */
import { existsSync, writeFileSync } from 'node:fs';
import { NotCarriedOut, serveItems } from '../../reliability/shared/serve-items';

export type MadeUpItem =
  | { readonly does: 'answer'; readonly with: string }
  | { readonly does: 'fail' | 'miss' | 'exit' | 'kill' | 'name its process' }
  /** Fails unless this file exists. */
  | { readonly does: 'fail once'; readonly file: string };

serveItems<{ readonly greeting: string }, MadeUpItem, string, string>(({ greeting }) =>
  Promise.resolve({
    async carryOut(item, say) {
      if (item.does === 'answer') return `${greeting} ${item.with}`;
      if (item.does === 'name its process') return String(process.pid);
      if (item.does === 'fail once' && existsSync(item.file)) return 'the second time';
      if (item.does === 'fail once') writeFileSync(item.file, '');
      say(`about to ${item.does}`);
      if (item.does === 'exit') process.exit(7);
      if (item.does === 'kill') {
        process.kill(process.pid, 'SIGKILL');
        // The process ends before this promise.
        await new Promise<never>(() => undefined);
      }
      if (item.does === 'miss') throw new NotCarriedOut('the fault hit nothing');
      throw new Error('it cannot be done');
    },
    close: () => Promise.resolve(),
  }),
);

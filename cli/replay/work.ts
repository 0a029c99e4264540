import { createRequire } from 'node:module';
import type { Work } from '../run';
import type { Connection } from '../shared/connection';
import { stoppable } from '../shared/stoppable';
import { checkReplay, type ReplayOptions } from './usage';

/** See main.ts: a mistyped place needs no SDK. */
const load = createRequire(__filename);

/** `sluice replay`: sends refused events through their stream again. */
export function replaying(options: ReplayOptions): Work<Connection> {
  return {
    check: (datasets) => checkReplay(datasets, options),
    ...stoppable(
      (connection, output, signal) =>
        (load('../replay') as typeof import('../replay')).runReplay(connection, output, options, signal),
      {
        message: 'Interrupted: waiting for what is being sent.',
        giveUp: () =>
          'Interrupted again: ended at once. The same command goes on; it may send some events again.',
      },
    ),
  };
}

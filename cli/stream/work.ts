import { createRequire } from 'node:module';
import type { Readable } from 'node:stream';
import type { CommonOptions, Work } from '../run';
import type { Connection } from '../shared/connection';
import { stoppable } from '../shared/stoppable';
import { readyInput } from './standard-input';
import { checkStream, STANDARD_INPUT, type StreamOptions } from './usage';

/** See main.ts: a mistyped file needs no SDK. */
const load = createRequire(__filename);

/** `sluice stream` */
export function streaming(options: StreamOptions & CommonOptions): Work<Connection> {
  let input: Readable | undefined;
  return {
    check: async (datasets) => {
      await checkStream(datasets, options, { isTwin: options.stage === undefined });
      if (options.file !== STANDARD_INPUT) return;
      if (process.stdin.isTTY) process.stderr.write('Events, one a line; Ctrl-D ends:\n');
      input = await readyInput(process.stdin, options);
    },
    ...stoppable(
      (connection, output, signal) =>
        (load('../stream') as typeof import('../stream')).runStream(connection, output, options, {
          input,
          signal,
        }),
      { message: 'Interrupted: sending what was read.', giveUp: () => 'Interrupted again: ended at once.' },
    ),
  };
}

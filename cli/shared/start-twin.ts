import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import type { Twin, TwinOptions } from '../../local/twin';
import type { Output } from './output';
import { SERVICE_DIRECTORY } from './service-directory';
import { startSpinner, type Spinner } from './spinner';

/** See main.ts: a command that finds a twin running needs no other. */
const load = createRequire(__filename);

/**
 * Starts a twin of this checkout and shows what it spends its time on: by a spinner on a terminal, else by a line on
 * stderr.
 * @throws as startTwin does.
 */
export async function startShown(
  output: Output,
  options: Pick<TwinOptions, 'stateDirectory' | 'port' | 'announce'>,
): Promise<Twin> {
  let spinner: Spinner | undefined;
  let isStarting = true;
  const onProgress = (text: string) => {
    if (!isStarting || !output.live) output.note(text);
    else if (spinner) spinner.show(text);
    else spinner = startSpinner(output, text);
  };
  const { startTwin } = load('../../local/twin') as typeof import('../../local/twin');
  try {
    return await startTwin({
      ...options,
      stateDirectory: resolve(options.stateDirectory),
      serviceDirectory: SERVICE_DIRECTORY,
      onProgress,
    });
  } finally {
    isStarting = false;
    spinner?.stop();
  }
}

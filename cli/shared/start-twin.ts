import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import type { Twin, TwinOptions } from '../../local/twin';
import type { Output } from './output';
import { SERVICE_DIRECTORY } from './service-directory';
import { startSpinner, type Spinner } from './spinner';

/** See main.ts: a command that finds a running twin starts none. */
const load = createRequire(__filename);

/**
 * Starts a twin of this checkout and shows what takes time: with a spinner on a terminal, else with a line on stderr.
 * @throws the errors of startTwin.
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

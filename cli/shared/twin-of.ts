import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TwinDescription } from '../../local/description';
import { announcedEndpoint, findRunningTwin } from '../../local/running-twin';
import type { Twin } from '../../local/twin';
import type { Output } from './output';
import { startSpinner } from './spinner';
import { startShown } from './start-twin';
import { plural } from './text';

/** A `sluice local` that holds its state directory and answers nothing. */
export class TwinNotAnswering extends Error {
  override readonly name = 'TwinNotAnswering';
}

/** Either one that runs, or one that was started for this command. */
export type TwinOf =
  | { readonly running: TwinDescription; readonly started?: never }
  | { readonly running?: never; readonly started: Twin };

const LOOK_AGAIN = 500;

/**
 * The twin of a state directory: the one that runs, or else a new one. If another command has a twin of its own there, waits
 * until it has ended.
 * @param patience seconds for which a `sluice local` that does not answer is waited for.
 * @throws TwinNotAnswering; the errors of startTwin
 */
export async function twinOf(stateDirectory: string, output: Output, patience = 30): Promise<TwinOf> {
  let spinner: ReturnType<typeof startSpinner>;
  let isTold = false;
  const tell = (text: string) => {
    if (!isTold && output.live) spinner = startSpinner(output, text);
    else if (!isTold) output.note(text);
    isTold = true;
  };
  const since = performance.now();
  try {
    for (;;) {
      const running = await findRunningTwin(stateDirectory);
      if (running) return { running };
      try {
        // A twin that ends with its command must not be found by others.
        return { started: await startShown(output, { stateDirectory, announce: false }) };
      } catch (error) {
        const { holder } = error as { readonly holder?: number };
        if ((error as Error).name !== 'StateDirectoryInUse' || holder === undefined) throw error;
        const directory = resolve(stateDirectory);
        const endpoint = announcedEndpoint(stateDirectory);
        if (endpoint === undefined)
          tell(`Waiting for process ${holder}, another sluice command that uses ${directory}`);
        else {
          tell(`Waiting for the sluice local on ${directory} (process ${holder}) to answer`);
          if (performance.now() - since > patience * 1_000)
            throw new TwinNotAnswering(
              `The sluice local on ${directory} (process ${holder}, ${endpoint}) has not answered for ${plural(patience, 'second')}.\nFix: If it was stopped (Ctrl-Z), let it go on: kill -CONT ${holder}. If it hangs, end it: kill ${holder}. Or use another --state-dir.`,
            );
        }
        await sleep(LOOK_AGAIN);
      }
    }
  } finally {
    spinner?.stop();
  }
}

import { rmSync } from 'node:fs';
import { startTwin, type Twin, type TwinOptions } from '../local/twin';
import { PACKAGES_DIRECTORY, ROOT } from './packages';
import { temporaryFolder } from './temporary-folder';

export interface HostedTwin {
  readonly twin: Twin;
  readonly stateDirectory: string;
}

/** How many times faster than real time waits and retries pass. */
const SPEED = 1_000;

/**
 * Starts the twins of a process. One of them is lent to one user after the other, each of whom empties it: to start one,
 * and its functions, takes longer than most of what is asked of it.
 */
export class TwinHost {
  private shared: HostedTwin | undefined;
  private lent = false;

  async start(options: Partial<TwinOptions>): Promise<HostedTwin> {
    const stateDirectory = options.stateDirectory ?? temporaryFolder('sluice-twin-');
    const twin = await startTwin({
      serviceDirectory: ROOT,
      packagesDirectory: PACKAGES_DIRECTORY,
      speed: SPEED,
      ...options,
      stateDirectory,
    });
    return { twin, stateDirectory };
  }

  /** The shared twin. Another takes its place where it was not given back: it may be in any state. */
  async lend(): Promise<HostedTwin> {
    if (this.lent) await this.end();
    this.lent = true;
    this.shared ??= await this.start({});
    // It must not keep a process running that has nothing else to do.
    this.shared.twin.unref();
    return this.shared;
  }

  /** Takes the shared twin back, empty. */
  giveBack(): void {
    this.lent = false;
  }

  /** Ends the shared twin. */
  async end(): Promise<void> {
    const { shared } = this;
    this.shared = undefined;
    this.lent = false;
    if (shared === undefined) return;
    await shared.twin.close();
    rmSync(shared.stateDirectory, { recursive: true, force: true });
  }
}

/** That of this process. */
export const twinHost = new TwinHost();

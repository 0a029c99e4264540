import { rmSync } from 'node:fs';
import { startTwin, type Twin, type TwinOptions } from '../local/twin';
import { PACKAGES_DIRECTORY } from './packages';
import { ROOT } from './root';
import { temporaryFolder } from './temporary-folder';

export interface HostedTwin {
  readonly twin: Twin;
  readonly stateDirectory: string;
}

/** Waits and retries pass this many times faster. */
const SPEED = 1_000;
/** Loads of a few rows end before more environments would have started. */
const ENVIRONMENTS_PER_FUNCTION = 4;

/**
 * Starts the twins of a process. One shared twin is lent to one user at a time, and each user empties it. To start a
 * twin and its functions takes longer than most tests.
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
      environmentsPerFunction: ENVIRONMENTS_PER_FUNCTION,
      ...options,
      stateDirectory,
    });
    return { twin, stateDirectory };
  }

  /**
   * Lends the shared twin. If the last user did not give it back, its state is unknown, and a new twin replaces it.
   */
  async lend(): Promise<HostedTwin> {
    if (this.lent) await this.end();
    this.lent = true;
    if (this.shared === undefined) {
      this.shared = await this.start({});
      // The twin must not keep an otherwise idle process running.
      this.shared.twin.unref();
    }
    return this.shared;
  }

  /** Takes back the shared twin, which must be empty. */
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

/** The host of this process. */
export const twinHost = new TwinHost();

import { rmSync } from 'node:fs';
import type { FaultRule } from '../../local/faults/fault-rule';
import type { CallObserver, CountedRule } from '../../local/faults/rule-faults';
import { startTwin, type Twin } from '../../local/twin';
import { SDK_ATTEMPTS } from '../../testkit/faults';
import { temporaryFolder } from '../../testkit/temporary-folder';
import type { PackagedService } from './packaged-service';
import { Site } from './site';
import { LONGEST_INVOCATION_SECONDS, LONGEST_POLL_SECONDS } from './ways';

/** The factor by which the intervals of retries pass faster than real time. */
export const SPEED = 1_000;

/**
 * The failures of each call that a client tolerates: two cells of {@link SDK_ATTEMPTS} leave half of its retry quota.
 */
const MOST_WEAR = 2 * SDK_ATTEMPTS;

/** A twin in this process, on a directory of its own. */
export class LocalTwin {
  readonly site: Site;
  private observer: CallObserver | undefined;
  /** The calls of states and their functions. */
  private calls = 0;
  /** The failures of each call of a function, over the cells since the environments were renewed. */
  private worn = 0;

  private constructor(
    private readonly twin: Twin,
    private readonly directory: string,
  ) {
    this.site = new Site(twin.description, () => this.calls);
    twin.faults.observe((call) => {
      if (call.caller) this.calls += 1;
      return this.observer?.(call);
    });
  }

  static async start(service: PackagedService): Promise<LocalTwin> {
    const stateDirectory = temporaryFolder('sluice-matrix-');
    const twin = await startTwin({
      ...service,
      stateDirectory,
      speed: SPEED,
      longestPollSeconds: LONGEST_POLL_SECONDS,
      longestInvocationSeconds: LONGEST_INVOCATION_SECONDS,
    });
    return new LocalTwin(twin, stateDirectory);
  }

  observe(observer: CallObserver | undefined): void {
    this.observer = observer;
  }

  /** The fault rules in force, with their hits. */
  rules(): readonly CountedRule[] {
    return this.twin.faults.rules();
  }

  /**
   * Counts the failed calls of functions under these rules. After many failures, a client has used up its retry quota
   * and makes no retries for a while. The next cell would then need more attempts of the function. To prevent that,
   * the functions' environments are renewed before the quota is used up.
   */
  wear(rules: readonly FaultRule[]): void {
    const failing = rules.filter(
      ({ service, operation }) =>
        service === 's3' || (service === 'redshift-data' && operation !== 'statement'),
    );
    this.worn += Math.max(0, ...failing.map(({ times = 1 }) => (times === 1 ? 0 : times)));
    if (this.worn < MOST_WEAR) return;
    this.worn = 0;
    this.twin.renewFunctions();
  }

  async close(): Promise<void> {
    await this.site.close();
    await this.twin.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

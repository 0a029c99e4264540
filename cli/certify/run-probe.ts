import { oneLine } from '../../core/one-line';
import { inParallel } from '../../functions/shared/in-parallel';
import type { Finding } from './document';
import { LANES } from './plan';
import { NotTried, type Probe } from './probe';
import type { Site } from './site';
import { Stopped } from './warehouse';

/** Longer texts of services are cut: a document of all probes is to be read by people. */
const LONGEST_TEXT = 600;

/**
 * Runs probes, those of each lane in their order. @param begins is called before each.
 * @returns what became of each, in the order of the probes.
 */
export async function runProbes(
  probes: readonly Probe[],
  site: Site,
  begins: (probe: Probe) => void,
): Promise<readonly Finding[]> {
  const findings = new Map<Probe, Finding>();
  const run = async (probe: Probe) => {
    begins(probe);
    findings.set(probe, await runProbe(probe, site));
  };
  await Promise.all(LANES.map(({ isOf, atOnce }) => inParallel(probes.filter(isOf), atOnce, run)));
  return probes.flatMap((probe) => findings.get(probe) ?? []);
}

/** Runs one probe. Whatever it throws is its outcome, and ends no other probe. */
export async function runProbe(probe: Probe, site: Site): Promise<Finding> {
  const started = performance.now();
  const { outcome, seen } = await outcomeOf(probe, site);
  const text = oneLine(seen);
  return {
    ...{ name: probe.name, assumption: probe.assumption, outcome },
    seen: text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text,
    seconds: Math.round((performance.now() - started) / 10) / 100,
  };
}

type Seen = Pick<Finding, 'outcome' | 'seen'>;

async function outcomeOf(probe: Probe, site: Site): Promise<Seen> {
  try {
    return await probe.run(site);
  } catch (error) {
    return outcomeOfError(error as Error, site);
  }
}

function outcomeOfError(error: Error, { signal }: Site): Seen {
  const text = `${error.name}: ${error.message}`;
  if (signal.aborted || error instanceof Stopped)
    return { outcome: 'could not be tried', seen: 'interrupted' };
  if (error instanceof NotTried) return { outcome: 'could not be tried', seen: error.message };
  const isDenied =
    /AccessDenied|AuthorizationError/.test(error.name) || error.message.includes('is not authorized to');
  if (isDenied) return { outcome: 'could not be tried', seen: `a right is missing: ${text}` };
  return { outcome: 'failed', seen: text };
}

import { dollarsOfRpuSeconds, PRICES } from '../../core/prices';
import { UsageError } from '../shared/output';
import { plural } from '../shared/text';
import { groupOf, NEEDS, type Costs, type Need, type Probe } from './probe';

/** Two lanes, which run at the same time. */
export const LANES = [
  { isOf: (probe: Probe) => probe.inTurn === true, atOnce: 1 },
  { isOf: (probe: Probe) => probe.inTurn !== true, atOnce: 3 },
] as const;

/** Seconds that a statement of a probe may take. */
const SECONDS_PER_STATEMENT = 2;
/** A listing and a deletion of what the probes stored. */
const REMOVAL_REQUESTS = 2;
/** What a new stack has, in RPU. */
const DEFAULT_CAPACITY = 8;

/**
 * The probes that `--only` names, whole or by their group.
 * @param only names, separated by commas; undefined for all.
 * @throws UsageError for a name that no probe and no group has
 */
export function chosenProbes(probes: readonly Probe[], only: string | undefined): readonly Probe[] {
  if (only === undefined) return probes;
  const names = only.split(',').map((name) => name.trim());
  const isNamed = (probe: Probe, name: string) => probe.name === name || groupOf(probe) === name;
  const unknown = names.find((name) => !probes.some((probe) => isNamed(probe, name)));
  if (unknown !== undefined) {
    const groups = [...new Set(probes.map(groupOf))].join(', ');
    throw new UsageError(
      `There is no probe "${unknown}". Name groups (${groups}) or probes, separated by commas: npx sluice certify --plan lists them.`,
    );
  }
  return probes.filter((probe) => names.some((name) => isNamed(probe, name)));
}

/** Everything that the probes need, each once. */
export function needsOf(probes: readonly Probe[]): readonly Need[] {
  return (Object.keys(NEEDS) as Need[]).filter((need) => probes.some(({ needs }) => needs.includes(need)));
}

/** What the probes use together. @param streams how many streams the deployment has. */
export function costsOf(probes: readonly Probe[], streams = 1): Required<Costs> {
  const paying = probes.filter(
    (probe, index) => !probe.shared || probes.findIndex((each) => groupOf(each) === groupOf(probe)) === index,
  );
  const sum = (cost: keyof Costs) =>
    paying.reduce((total, { costs, shared }) => total + (costs[cost] ?? 0) * (shared ? streams : 1), 0);
  const removal = probes.some(({ needs }) => needs.includes('lake')) ? REMOVAL_REQUESTS : 0;
  return {
    statements: sum('statements'),
    requests: sum('requests') + removal,
    transitions: sum('transitions'),
  };
}

/** How long the statements of the probes keep the workgroup awake, in seconds. */
function secondsAwake(probes: readonly Probe[], streams: number): number {
  const lanes = LANES.map(
    ({ isOf, atOnce }) => (costsOf(probes.filter(isOf), streams).statements * SECONDS_PER_STATEMENT) / atOnce,
  );
  return Math.max(PRICES.wake_up_seconds, Math.ceil(Math.max(...lanes)));
}

/**
 * The costs for people. Nothing was measured: a statement is taken to last 2 s.
 * Source: Amazon Redshift Management Guide, "Billing for Amazon Redshift Serverless".
 * @param capacity the base capacity of the workgroup, in RPU. @param streams as for {@link costsOf}.
 */
export function costsText(probes: readonly Probe[], capacity = DEFAULT_CAPACITY, streams = 1): string {
  const { statements, requests, transitions } = costsOf(probes, streams);
  const seconds = secondsAwake(probes, streams);
  const dollars = dollarsOfRpuSeconds(seconds * capacity);
  const parts = [
    ...(statements > 0
      ? [
          `${plural(statements, 'SQL statement')}, which keep the workgroup awake for about ${seconds} s (at ${capacity} RPU: ${seconds * capacity} RPU-seconds, $${dollars.toFixed(2)} in ${PRICES.region}; a wake-up is billed for ${PRICES.wake_up_seconds} s at least)`,
        ]
      : []),
    ...(requests > 0 ? [`${plural(requests, 'request')} to S3`] : []),
    ...(transitions > 0 ? [`${plural(transitions, 'transition')} of a state machine`] : []),
  ];
  return parts.join(', ') || 'nothing';
}

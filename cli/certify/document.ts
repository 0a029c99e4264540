import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SERVICE_DIRECTORY } from '../shared/service-directory';
import type { Left } from './cleaning';
import type { Outcome } from './probe';

/** What became of a probe. */
export interface Finding {
  /** The probe's name. */
  readonly name: string;
  readonly assumption: string;
  readonly outcome: Outcome;
  /** What AWS did, or why the probe says nothing. */
  readonly seen: string;
  readonly seconds: number;
}

/** The document of `--json` and `--out`: docs/certify.md explains it, and scripts rely on it. */
export interface CertifyDocument {
  /** The version of Sluice. */
  readonly sluice: string;
  /** When the run began, ISO 8601 in UTC. */
  readonly date: string;
  readonly stage: string;
  readonly region: string;
  /** Whether the local twin answered, and not AWS. */
  readonly twin: boolean;
  readonly seconds: number;
  readonly probes: readonly Finding[];
  /** What could not be removed, and how a person removes it. */
  readonly left: readonly Left[];
}

/** The version of Sluice. */
export function sluiceVersion(): string {
  const { version } = JSON.parse(readFileSync(join(SERVICE_DIRECTORY, 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}

/** Whether something was tried, every assumption that was tried holds, no probe failed and nothing is left. */
export function isCertified({ probes, left }: Pick<CertifyDocument, 'probes' | 'left'>): boolean {
  const has = (outcome: Outcome) => probes.some((probe) => probe.outcome === outcome);
  return left.length === 0 && has('holds') && !has('does not hold') && !has('failed');
}

import { certifying, type CertifyOptions } from '../../../cli/certify';
import type { CertifyDocument, Finding } from '../../../cli/certify/document';
import type { Probe } from '../../../cli/certify/probe';
import type { Connection } from '../../../cli/shared/connection';
import { CapturedOutput } from '../../../testkit/captured-output';

/** Runs probes, and returns the document. */
export async function certified(
  connection: Connection,
  options: CertifyOptions = {},
  probes?: readonly Probe[],
): Promise<CertifyDocument & { readonly code: number; readonly stderr: string }> {
  const captured = new CapturedOutput(true);
  const work = certifying(options, probes);
  const code = await work.run({ ...connection, pollInterval: 10 }, captured.output);
  return { ...captured.document<CertifyDocument>(), code, stderr: captured.stderr };
}

/** Runs one probe. */
export async function tried(connection: Connection, name: string): Promise<Finding> {
  const { probes } = await certified(connection, { only: name });
  return probes[0]!;
}

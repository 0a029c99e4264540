import { parseArn } from './arn';
import { consoleOfArn, NO_ACCOUNT } from './console';
import type { Hour } from './hour';
import { prefixOfHour, type PrefixTemplate } from './prefix';
import { headingOfError, RUNBOOK, sectionOf } from './runbook';
import { loadCommand, sluiceCommand } from './sluice-command';

/** Where an execution ran: what commands and links need. */
export interface Place {
  readonly stage: string;
  readonly executionArn: string;
  readonly bucket: string;
  /** The prefix of the dataset's hours; null: the dataset is not known. */
  readonly prefix: PrefixTemplate | null;
  /** The address of the runbook. */
  readonly runbook: string;
}

/** The commands and addresses of a place. Undefined, or none: there is no such thing, or nobody knows it. */
export interface Links {
  /** The command that starts an execution with an input. */
  load(input: unknown): string | undefined;
  /** The command that shows all hours. */
  readonly status: string | undefined;
  /** The page of the execution. */
  readonly execution: string | undefined;
  /** The prefix of an hour's files, and the page that shows them. */
  filesOf(hour: Hour): { readonly prefix: string; readonly page: string | undefined } | undefined;
  /** The section about an error. */
  runbookOf(error: string): string;
}

/** @param place null: nobody knows it. */
export function linksOf(place: Place | null): Links {
  const runbookOf = (error: string) => sectionOf(place?.runbook ?? RUNBOOK, headingOfError(error));
  if (place === null) {
    return {
      load: () => undefined,
      status: undefined,
      execution: undefined,
      filesOf: () => undefined,
      runbookOf,
    };
  }
  const { stage, executionArn, bucket, prefix } = place;
  const { region = '', account } = parseArn(executionArn) ?? {};
  const console = consoleOfArn(executionArn);
  const at = account === NO_ACCOUNT ? null : { stage, region };
  return {
    load: (input) => loadCommand(input, at),
    status: sluiceCommand('status', at),
    execution: console?.executionPage(executionArn),
    filesOf(hour) {
      if (prefix === null) return undefined;
      const folder = prefixOfHour(prefix, hour);
      return { prefix: `s3://${bucket}/${folder}`, page: console?.prefixPage(bucket, folder) };
    },
    runbookOf,
  };
}

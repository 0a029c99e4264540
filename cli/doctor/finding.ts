import type { Site } from './site';

/** What a check found of one thing. */
export interface Finding {
  /** `COPY role attached` */
  readonly check: string;
  /** What was looked at: a bucket, a role, a dataset … */
  readonly subject: string;
  readonly ok: boolean;
  /** What is so where it is ok, what is wrong where it is not. */
  readonly text: string;
  /** The exact command or change that mends it; null where it is ok. */
  readonly fix: string | null;
}

export interface Check {
  readonly title: string;
  /** What somebody needs to look at it, told where he may not. */
  readonly needs: string;
  /** @throws whatever a client throws: told as a finding. */
  run(site: Site): Promise<readonly (Passed | Failed)[]>;
}

export interface Passed {
  readonly subject: string;
  readonly text: string;
}
export interface Failed extends Passed {
  readonly fix: string;
}

/** Runs a check; what cannot be looked at is a finding too, never an end of the others. */
export async function findingsOf(check: Check, site: Site): Promise<Finding[]> {
  try {
    return (await check.run(site)).map((each) => ({
      check: check.title,
      subject: each.subject,
      ok: !('fix' in each),
      text: each.text,
      fix: 'fix' in each ? each.fix : null,
    }));
  } catch (error) {
    const { name, message } = error as Error;
    return [
      {
        check: check.title,
        subject: '',
        ok: false,
        text: `could not be looked at: ${name}: ${message}`,
        fix: `Mend what it says; where it is a right of yours that is missing, it is ${check.needs}.`,
      },
    ];
  }
}

/** A JSON document as one argument of a shell. */
export const shellJson = (value: object): string => `'${JSON.stringify(value).replaceAll("'", `'\\''`)}'`;

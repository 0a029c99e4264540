/** The periods of a usage limit, in Redshift's words. */
const PERIODS = { day: 'daily', week: 'weekly', month: 'monthly' } as const;

/** A limit on what a Redshift Serverless workgroup may use. */
export interface UsageLimit {
  /** RPU-hours. */
  readonly amount: number;
  readonly period: (typeof PERIODS)[keyof typeof PERIODS];
}

export const USAGE_LIMIT = /^([1-9]\d{0,6})\/(day|week|month)$/;

/**
 * Reads a text such as `20/day`.
 * Source: Amazon Redshift Serverless API Reference, "CreateUsageLimit".
 * @throws Error for any other text.
 */
export function parseUsageLimit(text: string): UsageLimit {
  const [, amount, period] = USAGE_LIMIT.exec(text) ?? [];
  if (period === undefined) throw new Error(`"${text}" is no usage limit`);
  return { amount: Number(amount), period: PERIODS[period as keyof typeof PERIODS] };
}

import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { accountOf, regionOf } from '../../core/arn';
import { operation, type JsonOperation } from '../http/json-operations';
import { ServiceError } from '../service-error';

const amount = z.number().int().positive();
const breachAction = z.enum(['log', 'emit-metric', 'deactivate']);
const usageType = z.literal('serverless-compute');

interface UsageLimit {
  readonly usageLimitId: string;
  readonly usageLimitArn: string;
  readonly resourceArn: string;
  readonly usageType: z.output<typeof usageType>;
  readonly period: 'daily' | 'weekly' | 'monthly';
  readonly amount: number;
  readonly breachAction: z.output<typeof breachAction>;
}

/** Source: Amazon Redshift Management Guide, "Setting usage limits, including setting RPU limits". */
const MOST_LIMITS = 4;

/** The usage limits of workgroups. They have no effect. Source: Amazon Redshift Serverless API Reference. */
export class UsageLimits {
  private readonly limits = new Map<string, UsageLimit>();

  /** @param workgroups their ARNs. */
  constructor(private readonly workgroups: readonly string[]) {}

  readonly operations: Readonly<Record<string, JsonOperation>> = {
    ListUsageLimits: operation(
      z.strictObject({ resourceArn: z.string().optional(), usageType: usageType.optional() }),
      ({ resourceArn }) => ({
        usageLimits: [...this.limits.values()].filter(
          (limit) => resourceArn === undefined || limit.resourceArn === resourceArn,
        ),
      }),
    ),
    CreateUsageLimit: operation(
      z.strictObject({
        resourceArn: z.string(),
        usageType,
        amount,
        period: z.enum(['daily', 'weekly', 'monthly']).default('monthly'),
        breachAction: breachAction.default('log'),
      }),
      (given) => {
        const { resourceArn } = given;
        if (!this.workgroups.includes(resourceArn)) {
          throw new ServiceError('ResourceNotFoundException', `The workgroup ${resourceArn} was not found.`);
        }
        if (
          [...this.limits.values()].filter((each) => each.resourceArn === resourceArn).length >= MOST_LIMITS
        ) {
          throw new ServiceError(
            'ServiceQuotaExceededException',
            `A workgroup has up to ${MOST_LIMITS} usage limits.`,
          );
        }
        const usageLimitId = randomUUID();
        const usageLimitArn = `arn:aws:redshift-serverless:${regionOf(resourceArn)}:${accountOf(resourceArn)}:usagelimit/${usageLimitId}`;
        return this.put({ usageLimitId, usageLimitArn, ...given });
      },
    ),
    UpdateUsageLimit: operation(
      z.strictObject({
        usageLimitId: z.string(),
        amount: amount.optional(),
        breachAction: breachAction.optional(),
      }),
      ({ usageLimitId, ...changes }) => {
        const limit = this.limits.get(usageLimitId);
        if (!limit) {
          throw new ServiceError(
            'ResourceNotFoundException',
            `The usage limit ${usageLimitId} was not found.`,
          );
        }
        return this.put({ ...limit, ...changes });
      },
    ),
  };

  private put(usageLimit: UsageLimit): { readonly usageLimit: UsageLimit } {
    this.limits.set(usageLimit.usageLimitId, usageLimit);
    return { usageLimit };
  }
}

import { objectArn } from '../../core/arn';
import type { LambdaRuntime } from '../lambda/lambda-runtime';
import type { ObjectStore } from '../s3/object-store';
import { ServiceError } from '../service-error';
import type { Integrations } from '../step-functions/integrations';
import type { Permission } from './evaluate';

/** @throws ServiceError if the role lacks the permission */
export type Require = (permission: Permission) => void;

/** The store for a service that writes with a role. */
export function storeAs(store: ObjectStore, require: Require): ObjectStore {
  const write = (bucket: string, key: string) =>
    require({ action: 's3:PutObject', resource: objectArn(bucket, key) });
  return {
    bucketRegion: (bucket) => store.bucketRegion(bucket),
    createBucket: (bucket, region) => store.createBucket(bucket, region),
    head: (bucket, key) => store.head(bucket, key),
    list: (bucket, prefix) => store.list(bucket, prefix),
    put: async (bucket, key, ...rest) => {
      write(bucket, key);
      return store.put(bucket, key, ...rest);
    },
    putFile: async (bucket, key, ...rest) => {
      write(bucket, key);
      return store.putFile(bucket, key, ...rest);
    },
  };
}

/** Lambda for a service that invokes functions with a role. */
export function lambdaAs(lambda: LambdaRuntime, require: Require): LambdaRuntime {
  return {
    async invoke(functionArn, ...rest) {
      try {
        require({ action: 'lambda:InvokeFunction', resource: functionArn });
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        return { outcome: 'refused', error: 'Lambda.AccessDeniedException', message: error.message };
      }
      return lambda.invoke(functionArn, ...rest);
    },
  };
}

/** Integrations that the state machine calls with its role. */
export function integrationsAs(integrations: Integrations, require: Require): Integrations {
  return {
    async call(service, operation, input, caller) {
      const { TopicArn: resource } = input as { TopicArn?: string };
      require({ action: `${service}:${operation}`, resource: resource ?? '*' });
      return integrations.call(service, operation, input, caller);
    },
  };
}

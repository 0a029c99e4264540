import { Tracer } from '@aws-lambda-powertools/tracer';

/** It does not capture HTTP requests, because the clients' calls are already traced. It is off outside of Lambda. */
const tracer = new Tracer({ captureHTTPsRequests: false });

/** A client whose calls appear in the trace of the invocation. */
export function traced<
  Client extends { middlewareStack: { remove: unknown; use: unknown }; config: unknown },
>(client: Client): Client {
  return tracer.captureAWSv3Client(client);
}

/** Runs a step in a subsegment of the invocation's trace, and records its failure there. */
export async function inTrace<Result>(step: string, run: () => Promise<Result>): Promise<Result> {
  const segment = tracer.isTracingEnabled() ? tracer.getSegment() : undefined;
  if (segment === undefined) return run();
  const part = segment.addNewSubsegment(`## ${step}`);
  tracer.setSegment(part);
  try {
    return await run();
  } catch (error) {
    tracer.addErrorAsMetadata(error as Error);
    throw error;
  } finally {
    part.close();
    tracer.setSegment(segment);
  }
}

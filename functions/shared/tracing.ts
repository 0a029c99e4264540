import { Tracer } from '@aws-lambda-powertools/tracer';

/** Only what is asked for below: HTTP as such would be traced twice, with the clients. Off outside of Lambda. */
const tracer = new Tracer({ captureHTTPsRequests: false });

/** A client whose calls stand in the trace of the invocation. */
export function traced<
  Client extends { middlewareStack: { remove: unknown; use: unknown }; config: unknown },
>(client: Client): Client {
  return tracer.captureAWSv3Client(client);
}

/** Runs a step as a part of its own of the invocation's trace; a failure is marked in it. */
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

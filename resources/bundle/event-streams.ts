/**
 * Stands in a bundle for what the S3 client has for SelectObjectContent, the only operation that answers with a stream of
 * events. No function calls it.
 */
function refused(): never {
  throw new Error('resources/bundle leaves event streams out of the bundles');
}

export const resolveEventStreamSerdeConfig = <Config>(config: Config): Config => config;
export { refused as eventStreamSerdeProvider, refused as EventStreamSerde };

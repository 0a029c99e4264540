// One hourly schedule for each dataset file. Serverless reads this file while it packages, so this is also where a
// dataset file that cannot work is refused: with its name, its line, and what is expected.
const { require: requireTypeScript } = require('tsx/cjs/api');
const { checkStatementSizes, readDatasets } = requireTypeScript(
  '../functions/shared/package-files.ts',
  __filename,
);

// Five minutes after an hour has settled; a schedule is per dataset since its settle time is.
const minuteOf = (dataset) => (dataset.source.settle_minutes + 5) % 60;

module.exports = () => {
  const service = `${__dirname}/..`;
  return readDatasets(service).map((dataset) => {
    checkStatementSizes(service, dataset);
    return {
      schedule: {
        rate: [`cron(${minuteOf(dataset)} * * * ? *)`],
        description: `Loads the new hours of dataset ${dataset.name}`,
        input: { dataset: dataset.name },
      },
    };
  });
};

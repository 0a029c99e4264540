// The dataset files are read when the service is packaged, so that no function carries a parser of YAML and the schema of a
// dataset file, or runs them in a cold start. A bundle has what readDatasets returns, in the place of its module.
const { join } = require('node:path');
const { require: requireTypeScript } = require('tsx/cjs/api');

module.exports = {
  name: 'datasets',
  setup(build) {
    build.onLoad({ filter: /[\\/]service[\\/]read-datasets\.ts$/ }, () => {
      const { readDatasets } = requireTypeScript('../../service/read-datasets.ts', __filename);
      const datasets = readDatasets(join(__dirname, '../..'));
      return {
        contents: `const datasets = ${JSON.stringify(datasets)};\nexport const readDatasets = () => datasets;`,
      };
    });
  },
};

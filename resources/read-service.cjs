// Serverless reads this file while it packages, so this is also where a dataset file or a parameter that cannot work is
// refused: with its name, its line, and what is expected.
const { join } = require('node:path');
const { require: requireTypeScript } = require('tsx/cjs/api');

module.exports = async (variables) => {
  const { readService } = requireTypeScript('./service.ts', __filename);
  try {
    return await readService(join(__dirname, '..'), variables);
  } catch (error) {
    // Serverless prints the stack, and where in our code it was found is of no use to whoever has to mend it.
    if (error.fix !== undefined) error.stack = `${error.name}: ${error.message}`;
    throw error;
  }
};

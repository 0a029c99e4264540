// Serverless reads this file when it packages the service. So a wrong dataset file or parameter is refused here, with its
// name, its line and what is expected.
const { join } = require('node:path');
const { require: requireTypeScript } = require('tsx/cjs/api');

module.exports = async (variables) => {
  const { readService } = requireTypeScript('./service.ts', __filename);
  try {
    return await readService(join(__dirname, '..'), variables);
  } catch (error) {
    // Serverless prints the stack, but a user who fixes a dataset file or a parameter needs only the message.
    if (error.fix !== undefined) error.stack = `${error.name}: ${error.message}`;
    throw error;
  }
};

// A plugin of Serverless: refuses to deploy or remove in another account than the parameters name, before anything is
// changed. (Another Region is refused while packaging: resources/settings.ts sees it there.)

/** The first hook of each command that changes something. */
const HOOKS = [
  'before:deploy:deploy',
  'before:deploy:function:deploy',
  'before:remove:remove',
  'before:rollback:rollback',
  'before:rollback:function:rollback',
];

module.exports = class DeployGuard {
  constructor(serverless) {
    this.serverless = serverless;
    this.hooks = Object.fromEntries(HOOKS.map((name) => [name, () => this.check()]));
  }

  async check() {
    const { account } = this.serverless.service.custom.service;
    if (account === null) return;
    const own = await this.serverless.getProvider('aws').getAccountId();
    if (own === account) return;
    throw new this.serverless.classes.Error(
      `Nothing was changed: these credentials are of account ${own}, and the parameters name account ${account}.\nFix: Use a profile of the account that is meant (--aws-profile, AWS_PROFILE), or correct the parameters under params in serverless.yml.`,
      'SLUICE_WRONG_ACCOUNT',
    );
  }
};

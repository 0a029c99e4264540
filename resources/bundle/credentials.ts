/**
 * The credentials of every AWS client in a bundle. Lambda sets them in the environment, so a bundle does without the SDK's
 * other places for them: profiles, single sign-on, containers and instance metadata are a tenth of it.
 */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-providers';

/** Names of commands: for who reads the command line, before what carries them out is loaded. */
export const OPERATING = ['down', 'status', 'logs', 'kill', 'start', 'stop', 'revoke', 'renew', 'deploy', 'clean'] as const;
export type Operating = (typeof OPERATING)[number];

/** By which agencies of a channel take up another one. */
export const TAKING_UP = ['propose', 'show', 'sign', 'submit'] as const;
export type TakingUp = (typeof TAKING_UP)[number];

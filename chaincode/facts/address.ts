/** Addresses of gateways, as the register has them: where one gateway asks another. */

/** HTTPS, whose certificate names the host; plain HTTP never leaves the machine. An origin: no path, no user, no query, so that the path is always ours. */
const ADDRESS = /^(?:https:\/\/[a-z0-9](?:[a-z0-9.-]{0,118}[a-z0-9])?|http:\/\/(?:localhost|127\.0\.0\.1))(?::[1-9]\d{0,4})?$/;

export const isGatewayAddress = (text: string | undefined): text is string => text !== undefined && ADDRESS.test(text);

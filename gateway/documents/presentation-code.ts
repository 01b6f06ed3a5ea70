/** The dynamic code (动态码) that a phone shows: a link that fetches a presentation, once (docs/decisions/0024). */

/** What stands on the screen: where the presentation lies, and the secret that fetches it, once. */
export interface PresentationCode {
  /** Origin of the gateway where it lies; absent where only the code itself was given. */
  readonly gateway?: string;
  readonly id: string;
  readonly secret: string;
}
const ID = '[A-Za-z0-9_-]{21}[AQgw]';
const CODE = new RegExp(`^(?:(https?://[^/#]+)/d)?#?1\\.(${ID})\\.(${ID})$`);

/** In the fragment, so that no server on the way has it in its log. */
export const presentationUrl = (publicName: string, { id, secret }: PresentationCode): string => `${publicName}/d#1.${id}.${secret}`;

/** @returns undefined for anything else */
export function parsePresentationCode(text: string): PresentationCode | undefined {
  const [, gateway, id, secret] = CODE.exec(text.trim()) ?? [];
  return id === undefined || secret === undefined ? undefined : { ...(gateway === undefined ? {} : { gateway }), id, secret };
}

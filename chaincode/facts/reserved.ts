/** Names a face field may not have. */

/** Claims of a credential: a face field of that name could not be told from what the issuer says (SD-JWT, section 7.1; SD-JWT VC, 3.2.2.2). */
export const RESERVED_FIELDS: ReadonlySet<string> = new Set(['_sd', '_sd_alg', '...', 'iss', 'sub', 'aud', 'cnf', 'vct', 'iat', 'nbf', 'exp', 'status', 'line', 'composition', 'certificateIdentifier', '__proto__']);

/** Debian's Chromium, without a display and without calling anybody. */
import { existsSync } from 'node:fs';

export const CHROMIUM_ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** @returns undefined where there is no browser */
export const chromiumPath = (): string | undefined => [process.env['CHROMIUM'], '/usr/bin/chromium'].find((path) => path !== undefined && path !== '' && existsSync(path));

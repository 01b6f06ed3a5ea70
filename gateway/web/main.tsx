/** The pages of the doors: one small application that talks HTTP to the gateway and to nobody else. */
import { render } from 'preact';
import { App } from './app.js';

const root = document.getElementById('app');
if (root) render(<App />, root);
// After the page is there: its files are in the browser's cache then, and are not fetched twice over a slow line.
addEventListener('load', () => { void navigator.serviceWorker?.register('/service-worker.js').catch(() => undefined); });

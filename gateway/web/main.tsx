/** The pages of the doors: one small application that talks HTTP to the gateway and to nobody else. */
import { render } from 'preact';
import { App } from './app.js';

const root = document.getElementById('app');
if (root) render(<App />, root);

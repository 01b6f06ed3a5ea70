/** What the verify page loads once it stands, in one piece: by itself each would cut what it shares with the first page into more pieces. */
export { AskHolder } from './ask-holder.js';
export { Evidence } from './evidence.js';

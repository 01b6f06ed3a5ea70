/** The font of the papers, Noto Serif SC (SIL Open Font License), from its package. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { create, type Font } from 'fontkit';
import type { Fonts } from '../documents/pdf/face.js';

const require = createRequire(import.meta.url);
const open = (weight: string): Font => {
  const font = create(readFileSync(require.resolve(`@expo-google-fonts/noto-serif-sc/${weight}/NotoSerifSC_${weight}.ttf`)));
  if ('fonts' in font) throw new TypeError('a collection is not a font');
  return font;
};

/** Two files of 15 MB, read once: for the thread that draws. */
export const openFonts = (): Fonts => ({ regular: open('400Regular'), bold: open('700Bold') });

import type { Browser, BrowserContextOptions } from 'playwright-core';

export declare const chromiumProgram: 'chromium';
export declare function launchChromium(program?: string): Promise<Browser>;
export declare const desk: BrowserContextOptions;
export declare const phone: BrowserContextOptions;

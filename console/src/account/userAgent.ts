/** What a User-Agent header says to a person. */
export interface Browser {
  browser: string | undefined;
  system: string | undefined;
  mobile: boolean;
}

/** The first that fits counts: Edge calls itself Chrome, and Chrome calls itself Safari. */
const BROWSERS: [pattern: RegExp, name: string][] = [
  [/\bMicroMessenger\//, 'WeChat'],
  [/\bEdgA?\/|\bEdgiOS\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\bFirefox\/|\bFxiOS\//, 'Firefox'],
  [/\bChrome\/|\bCriOS\/|\bHeadlessChrome\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];

const SYSTEMS: [pattern: RegExp, name: string][] = [
  [/\bHarmonyOS\b|\bOpenHarmony\b/, 'HarmonyOS'],
  [/\bAndroid\b/, 'Android'],
  [/\biPad\b/, 'iPadOS'],
  [/\biPhone\b/, 'iOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
];

const MOBILE = new Set(['HarmonyOS', 'Android', 'iPadOS', 'iOS']);

export function browserOf(userAgent: string): Browser {
  const named = (list: [RegExp, string][]): string | undefined => list.find(([fits]) => fits.test(userAgent))?.[1];
  const system = named(SYSTEMS);
  // Programs such as "curl/8.5.0" name themselves first.
  const program = /^([\w.-]+)\//.exec(userAgent)?.[1];
  const browser = named(BROWSERS) ?? (program === 'Mozilla' ? undefined : program);
  return { browser, system, mobile: system !== undefined && MOBILE.has(system) };
}

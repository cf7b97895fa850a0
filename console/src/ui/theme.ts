import {
  createTheme,
  type CSSVariablesResolver,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
  type VariantColorsResolver,
} from '@mantine/core';

/** Near-black on light, near-white on dark: pictures bring the colour. */
const ink: MantineColorsTuple = [
  '#f6f6f4',
  '#ececea',
  '#d9d9d6',
  '#bcbcb8',
  '#96968f',
  '#73736d',
  '#56564f',
  '#3b3c3e',
  '#26282b',
  '#15171a',
];

/** Warmer than Mantine's bluish greys, to sit beside the ink. */
const gray: MantineColorsTuple = [
  '#f8f8f6',
  '#f0f0ed',
  '#e6e6e2',
  '#d8d8d3',
  '#c4c4be',
  '#a5a59e',
  '#7d7d76',
  '#55554f',
  '#393936',
  '#22221f',
];

/** The one accent: what is live. */
const signal: MantineColorsTuple = [
  '#fff0ec',
  '#ffdfd7',
  '#ffbdae',
  '#ff9880',
  '#ff7858',
  '#ff6440',
  '#ff5a36',
  '#e34622',
  '#cb3c1b',
  '#b12f12',
];

const dark: MantineColorsTuple = [
  '#e9e9e7',
  '#b9bbbd',
  '#8f9296',
  '#63676c',
  '#363a3f',
  '#292c30',
  '#1d2023',
  '#131517',
  '#0d0e10',
  '#08090a',
];

/** The primary colour turns round with the scheme, so what is written on it must, too. */
const variantColors: VariantColorsResolver = (input) => {
  const colors = defaultVariantColorsResolver(input);
  const primary = input.color === undefined || input.color === input.theme.primaryColor;
  return input.variant === 'filled' && primary ? { ...colors, color: 'var(--ovs-on-primary)' } : colors;
};

export const theme = createTheme({
  colors: { ink, gray, signal, dark },
  primaryColor: 'ink',
  primaryShade: { light: 9, dark: 0 },
  variantColorResolver: variantColors,
  fontFamily: "'Geist Variable', system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif",
  fontFamilyMonospace: "'Geist Mono Variable', ui-monospace, 'Noto Sans Mono CJK SC', monospace",
  headings: { fontWeight: '600', sizes: { h1: { fontSize: '1.5rem' }, h2: { fontSize: '1.125rem' } } },
  defaultRadius: 'md',
  radius: { md: '0.625rem', lg: '0.875rem' },
  cursorType: 'pointer',
  focusRing: 'auto',
  components: {
    Modal: {
      defaultProps: { centered: true, radius: 'lg', overlayProps: { backgroundOpacity: 0.5, blur: 3 } },
      styles: {
        content: { backgroundColor: 'var(--ovs-surface)' },
        header: { backgroundColor: 'var(--ovs-surface)' },
        title: { fontWeight: 600, fontSize: '1.0625rem' },
      },
    },
    Checkbox: { defaultProps: { iconColor: 'var(--ovs-on-primary)' } },
    Radio: { defaultProps: { iconColor: 'var(--ovs-on-primary)' } },
    Tooltip: { defaultProps: { openDelay: 400, withArrow: false } },
    SegmentedControl: { styles: { root: { backgroundColor: 'var(--ovs-well)' } } },
    Pagination: { vars: () => ({ root: { '--pagination-active-color': 'var(--ovs-on-primary)' } }) },
    Menu: { defaultProps: { shadow: 'md', radius: 'md' } },
  },
});

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#f8f8f6',
    '--mantine-primary-color-contrast': '#ffffff',
    '--ovs-on-primary': '#ffffff',
    '--ovs-well': '#eeeeea',
    '--ovs-surface': '#ffffff',
    '--ovs-line': '#e5e5e1',
    '--ovs-quiet': '#686862',
    '--ovs-hover': '#f3f3f0',
    '--ovs-online': '#1a9d5a',
    '--ovs-sleeping': '#6a6fd8',
    '--ovs-offline': '#b3b3ad',
    '--mantine-color-dimmed': '#686862',
  },
  dark: {
    '--mantine-color-body': '#0d0e10',
    '--mantine-primary-color-contrast': '#15171a',
    '--ovs-on-primary': '#15171a',
    '--ovs-well': '#17191c',
    '--ovs-surface': '#141619',
    '--ovs-line': '#26292d',
    '--ovs-quiet': '#94979c',
    '--ovs-hover': '#1a1d20',
    '--ovs-online': '#3ecf85',
    '--ovs-sleeping': '#8f94f5',
    '--ovs-offline': '#565a60',
    '--mantine-color-dimmed': '#94979c',
    // The shade that is right for the primary colour in the dark leaves nothing of red.
    '--mantine-color-red-filled': '#d33a3a',
    '--mantine-color-red-filled-hover': '#bf3030',
    '--mantine-color-red-light-color': '#ff9d9a',
  },
});

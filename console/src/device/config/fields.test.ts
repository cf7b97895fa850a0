import { expect, it } from 'vitest';
import type { JsonObject } from './document';
import { pathText } from './document';
import { fits, sectionsOf, timeText, timeValue, unitOf } from './fields';

/** What a form shows of a document, in short. */
function shown(document: JsonObject): Record<string, string[]> {
  return Object.fromEntries(
    sectionsOf(document).flatMap(({ channel, groups }) =>
      groups.map(({ name, fields, facts }) => [
        `${channel ?? 'device'} ${name}`,
        [
          ...fields.map(({ path, control }) => `${pathText(path)}: ${control}`),
          ...facts.map((path) => `${pathText(path)}: fact`),
        ],
      ]),
    ),
  );
}

it('makes a form of the seed’s document', () => {
  expect(
    shown({
      channls: {
        '0': {
          video_encoding: { encoder: 'h264', quality: 'hd', fps: 25, rsk_encrypt: false },
          audio_encoding: { encoder: 'aac', sample_rate: 48000 },
          image: { horflip: false, verflip: true },
          alarms: { io: { on: true, sensitivity: 50 } },
          audio_out_volume: 80,
        },
      },
      log_level: 2,
      tz: 8,
      auto_reboot: { on: true, cycle: 604800, start: 7200, end: 21600 },
    }),
  ).toEqual({
    '0 general': ['channls.0.audio_out_volume: percent'],
    '0 video': [
      'channls.0.video_encoding.quality: quality',
      'channls.0.video_encoding.rsk_encrypt: switch',
      'channls.0.video_encoding.encoder: fact',
      'channls.0.video_encoding.fps: fact',
    ],
    '0 image': ['channls.0.image.horflip: switch', 'channls.0.image.verflip: switch'],
    '0 audio': ['channls.0.audio_encoding.encoder: fact', 'channls.0.audio_encoding.sample_rate: fact'],
    '0 alarms': ['channls.0.alarms.io.on: switch', 'channls.0.alarms.io.sensitivity: percent'],
    'device general': ['tz: zone', 'log_level: log_level'],
    'device auto_reboot': [
      'auto_reboot.on: switch',
      'auto_reboot.cycle: duration',
      'auto_reboot.start: time',
      'auto_reboot.end: time',
    ],
  });
});

it('understands the later edition', () => {
  const form = shown({
    channls: {
      '0': {
        on: true,
        video_encoding: { encrypt: true },
        switch_schedule: { on: true, start_time: '08:00:00', shutdown_time: '20:00:00', repeat: ['Mon'] },
        osd: { text: 'x', font: 1, pos: 'top-left' },
      },
    },
    led: true,
    auto_reboot: { on: true, start: '02:00:00', end: '06:00:00', last_reboot: '2026-11-01T02:10:00' },
  });
  expect(form['0 schedule']).toHaveLength(4);
  expect(form['0 osd']).toEqual([
    'channls.0.osd.text: text',
    'channls.0.osd.font: font',
    'channls.0.osd.pos: position',
  ]);
  expect(form['0 video']).toEqual(['channls.0.video_encoding.encrypt: switch']);
  expect(form['device auto_reboot']).toEqual([
    'auto_reboot.on: switch',
    'auto_reboot.start: time',
    'auto_reboot.end: time',
    'auto_reboot.last_reboot: fact',
  ]);
});

it('leaves nothing out that it does not know, at any depth', () => {
  expect(
    shown({
      channls: {
        '10': {
          image: { horflip: false, brightness: 5 },
          extension: { ir: { mode: 1 } },
          alarms: { smoke: { on: true } },
        },
        '2': { alarms: {}, image: { zoom: 1 } },
      },
      x_site: 'north',
      extension: {},
      tz: 8,
    }),
  ).toEqual({
    // Nothing of its image is known: it is one value.
    '2 other': ['channls.2.image: json'],
    '10 image': ['channls.10.image.horflip: switch'],
    '10 other': ['channls.10.image.brightness: json', 'channls.10.extension: json', 'channls.10.alarms: json'],
    'device general': ['tz: zone'],
    'device other': ['x_site: json', 'extension: json'],
  });
});

it('shows what does not look as it should as it is', () => {
  expect(shown({ channls: { '0': { image: { horflip: 'yes' }, audio_out_volume: 120 } }, tz: 'CET' })).toEqual({
    '0 general': ['channls.0.audio_out_volume: json'],
    '0 image': ['channls.0.image.horflip: json'],
    'device general': ['tz: json'],
  });
  expect(shown({ channls: 'none' })).toEqual({ 'device other': ['channls: json'] });
  expect(fits('weekdays', ['Mon', 'Someday'])).toBe(false);
});

it('speaks times of the day in either form', () => {
  expect([7200, 86_399, '02:00', '23:59:59'].map(timeText)).toEqual(['02:00:00', '23:59:59', '02:00', '23:59:59']);
  expect([86_400, -1, '24:00', 'soon', null].map(timeText)).toEqual(Array(5).fill(undefined));
  expect(timeValue('06:30', 7200)).toBe(23_400);
  expect(timeValue('06:30', '02:00:00')).toBe('06:30:00');
  expect(timeValue('06:30:15', '02:00:00')).toBe('06:30:15');
  expect(timeValue('', 7200)).toBeUndefined();
});

it('counts durations in the largest unit that fits', () => {
  expect([604_800, 7200, 90, 0].map(unitOf)).toEqual(['day', 'hour', 'second', 'day']);
  expect(unitOf(180)).toBe('minute');
});

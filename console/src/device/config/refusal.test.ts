import type { TFunction } from 'i18next';
import { expect, it } from 'vitest';
import { ApiError } from '../../api/apiError';
import { refusalOf } from './refusal';

const t = ((key: string, values?: { reason?: string; msg?: string }) =>
  values?.msg ? `${values.reason ?? key} (${values.msg})` : key) as unknown as TFunction;

const refused = (code: number, msg: string, field?: string) =>
  new ApiError('device_refused', 'refused', 422, { deviceError: { code, msg }, ...(field ? { field } : {}) });

const sent = [['channls', '0', 'image', 'horflip'], ['tz']];

it('finds the field that the cloud names', () => {
  expect(refusalOf(t, refused(12, 'tz: out of range', 'tz'), sent)).toEqual({
    fields: { tz: 'config.refused.badValue (out of range)' },
  });
  expect(refusalOf(t, refused(102, '', 'channls.0'), sent)).toEqual({
    fields: { 'channls.0.image.horflip': 'config.refused.noChannel' },
  });
  expect(refusalOf(t, refused(13, 'no', 'channls.0.image.horflip.deep'), sent)).toEqual({
    fields: { 'channls.0.image.horflip': 'config.refused.unsupported (no)' },
  });
});

it('takes the only value sent for the one that was refused', () => {
  expect(refusalOf(t, refused(13, ''), [['tz']]).fields).toEqual({ tz: 'config.refused.unsupported' });
});

it('speaks of all where nobody knows which', () => {
  expect(refusalOf(t, refused(1, 'odd'), sent)).toEqual({ fields: {}, general: 'config.refused.other (odd)' });
  expect(refusalOf(t, refused(12, '', 'led'), sent).fields).toEqual({});
  expect(refusalOf(t, new ApiError('device_offline', '', 409), sent).general).toBe('error.device_offline');
});

it('understands what the cloud itself does not let through', () => {
  const error = new ApiError('bad_config', 'tz: at most 14', 400, { field: 'tz' });
  expect(refusalOf(t, error, sent).fields).toEqual({ tz: 'config.refused.outOfProtocol (at most 14)' });
});

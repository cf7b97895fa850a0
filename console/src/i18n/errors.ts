import type { TFunction } from 'i18next';
import { ApiError } from '../api/apiError';
import { en } from './en';

type ErrorKey = keyof typeof en.error;
type FailureKey = keyof typeof en.failure;

/** What went wrong with a request, for a person. */
export function errorText(t: TFunction, error: unknown): string {
  if (!(error instanceof ApiError)) return t('error.other', { message: String(error) });
  if (error.code !== 'other' && error.code in en.error) {
    return t(`error.${error.code as Exclude<ErrorKey, 'other'>}`, {
      seconds: error.retryAfterS ?? 60,
      device: error.deviceError?.msg || String(error.deviceError?.code ?? ''),
    });
  }
  return t('error.other', { message: error.message || error.code });
}

/** Why there is no picture, for a person. */
export function failureText(t: TFunction, failure: { code: string; message: string | undefined }): string {
  if (failure.code !== 'other' && failure.code in en.failure) {
    return t(`failure.${failure.code as Exclude<FailureKey, 'other'>}`);
  }
  return t('failure.other', { message: failure.message ?? failure.code });
}
